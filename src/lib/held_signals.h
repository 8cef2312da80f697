// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/*
 * The signals by which a user or a terminal ends a command: hang-up, interrupt, quit,
 * terminate. A command that must not end in the middle holds them, and looks at what came.
 */
struct held_signals {
	int fd; /* can be read when one came (signalfd(2)); -1 for none */
};

/*
 * Holds the signals, but for those that the process ignores, as nohup(1) has it, and
 * SIGPIPE, so that writing where nobody reads is an error. They stay held until the
 * process ends, and so they are for its children.
 */
void held_signals_start(struct held_signals *signals);

/* Returns the number of a signal that came; 0 where none did. */
int held_signals_read(const struct held_signals *signals);

/* Closes the file; the signals are held all the same. */
void held_signals_close(struct held_signals *signals);

/* Returns a word for the signal, to begin a line with: "interrupted". */
const char *held_signal_name(int number);
