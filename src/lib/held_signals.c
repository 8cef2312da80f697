// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/held_signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/util.h"

static const struct {
	int number;
	const char *name;
} ends[] = {
	{ SIGHUP, "hung up" },
	{ SIGINT, "interrupted" },
	{ SIGQUIT, "interrupted" },
	{ SIGTERM, "terminated" },
};

void held_signals_start(struct held_signals *signals)
{
	struct sigaction action;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (sigaction(ends[i].number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, ends[i].number);
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int held_signals_read(const struct held_signals *signals)
{
	struct signalfd_siginfo information;

	if (signals->fd < 0 ||
	    read(signals->fd, &information, sizeof(information)) != sizeof(information))
		return 0;
	return (int)information.ssi_signo;
}

void held_signals_close(struct held_signals *signals)
{
	if (signals->fd >= 0)
		close(signals->fd);
	signals->fd = -1;
}

const char *held_signal_name(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends[i].number == number)
			return ends[i].name;
	return "stopped";
}
