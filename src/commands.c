// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "lib/command.h"

const struct command *const commands[] = {
	&command_list,	 &command_plan,	  &command_check,   &command_set,    &command_add,
	&command_remove, &command_off,	  &command_on,	    &command_entry,  &command_profile,
	&command_undo,	 &command_import, &command_show,    &command_status, &command_confirm,
	&command_retry,	 &command_bind,	  &command_release, &command_pin,    &command_regenerate,
	&command_image,	 &command_boot,	  &command_embed,   &command_root,   NULL,
};
