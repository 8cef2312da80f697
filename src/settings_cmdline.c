// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "claim.h"
#include "cmdline.h"
#include "settings_parse.h"

/* Takes "vfio_early" off a parameter's name; NULL for those that are not ours. */
static const char *own_parameter(const char *key)
{
	static const char name[] = "vfio_early";
	const char *rest = key + sizeof(name) - 1;

	return settings_starts_with_name(key, name) && (*rest == '\0' || *rest == '.') ? rest
										       : NULL;
}

/*
 * The rescue switch. Whoever writes it with a value we do not know is likely
 * to be in trouble: what is not clearly "on" is taken for "off", and said.
 */
static int read_rescue_switch(struct settings *settings, const char *value,
			      const struct origin *origin)
{
	bool on;

	if (value && settings_parse_switch(value, &on)) {
		settings->off = !on;
		return 0;
	}
	settings->off = true;
	return settings_add_problem(settings, origin,
				    "vfio_early: " PIECE ": neither on nor off, taken for off",
				    value ? value : "");
}

/* As drivers/iommu/{intel,amd} and arch/x86/kernel/pci-dma.c read theirs. */
static const struct {
	const char *key, *parameter;
	bool turns_on_again;
} iommu_parameters[] = {
	{ "intel_iommu", "intel_iommu=off", true },
	{ "amd_iommu", "amd_iommu=off", false },
	{ "iommu", "iommu=off", false },
};

/* Sets or clears the parameter's bit as the words of its value say, the last of them last. */
static void note_iommu_parameter(unsigned int *off, const struct cmdline_token *token)
{
	for (size_t i = 0; token->value && i < ARRAY_SIZE(iommu_parameters); i++) {
		if (!streq(token->key, iommu_parameters[i].key))
			continue;
		for (const char *word = token->value; word; word = strchr(word, ',')) {
			word += *word == ',';
			if (strncmp(word, "off", 3) == 0)
				*off |= 1U << i;
			else if (iommu_parameters[i].turns_on_again && strncmp(word, "on", 2) == 0)
				*off &= ~(1U << i);
		}
	}
}

/* Notes the devices that a parameter of another tool asks for. */
static int note_claims(struct settings *settings, const struct cmdline_token *token,
		       const struct origin *origin)
{
	static const char *const parameters[] = { "vfio_pci.ids", "pci_stub.ids",
						  "xen_pciback.hide" };
	size_t first = settings->claimed.count;
	char text[CLAIM_SIZE];
	int result = 0;

	for (size_t i = 0; token->value && i < ARRAY_SIZE(parameters); i++) {
		const char *list = token->value;

		if (strlen(token->key) != strlen(parameters[i]) ||
		    !settings_starts_with_name(token->key, parameters[i]))
			continue;
		while (!result && claim_next(&list, text))
			result = settings_read_selector(settings, SETTING_CLAIMED, text,
							strlen(text), origin);
	}
	for (; !result && first < settings->claimed.count; first++) {
		struct selector *claim = &settings->claimed.items[first];

		claim->purpose =
			arena_print(settings->arena, "%s= on the kernel command line", token->key);
		result = claim->purpose ? 0 : -ENOMEM;
	}
	return result;
}

static int read_token(struct settings *settings, const struct cmdline_token *token)
{
	struct origin origin = { .source = SETTINGS_SOURCE_CMDLINE,
				 .column = (unsigned int)token->column };
	const char *own = own_parameter(token->key);
	enum setting_key key;

	/* What kexec-tools and the kernel's own kexec_file_load() add for a crash kernel. */
	settings->crash_kernel |= streq(token->key, "elfcorehdr");
	if (!own)
		return note_claims(settings, token, &origin);
	if (!*own)
		return read_rescue_switch(settings, token->value, &origin);
	key = settings_find_key(own + 1);
	if (key >= SETTING_CLAIMED)
		return settings_add_unknown(settings, &origin, "parameter", token->key);
	origin.column = (unsigned int)token->value_column;
	return settings_read_value(settings, key, token->value, &origin);
}

int settings_read_cmdline(struct settings *settings, const char *text)
{
	char *copy = arena_copy(settings->arena, text, strlen(text));
	struct cmdline_token token;
	unsigned int iommus_off = 0;
	size_t position = 0;
	int result = 0;

	if (!copy)
		return -ENOMEM;
	while (!result && cmdline_next(copy, &position, &token)) {
		note_iommu_parameter(&iommus_off, &token);
		result = read_token(settings, &token);
	}
	if (iommus_off)
		settings->iommu_off = iommu_parameters[ffs((int)iommus_off) - 1].parameter;
	return result;
}
