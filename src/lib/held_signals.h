// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * The signals by which a user or a terminal ends a command: hang-up, interrupt, quit and
 * terminate. A command that must not end halfway holds them and looks for them itself.
 */
struct held_signals {
	int fd; /* readable when a signal has come (signalfd(2)); -1 for none */
};

/*
 * Holds the signals except those that the process ignores, as under nohup(1). Holds
 * SIGPIPE too, so that writing without a reader is an error. Child processes inherit the
 * held signals, which stay held until the process ends.
 */
void held_signals_start(struct held_signals *signals);

/* Takes one signal that has come. Returns its number, or 0. */
int held_signals_read(const struct held_signals *signals);

/* Closes the file; the signals stay held. */
void held_signals_close(struct held_signals *signals);

/* Returns a static word for the signal, with which a line can begin: "interrupted". */
const char *held_signal_name(int number);
