// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Machine and word size (elf(5)). A kernel runs only programs that match its own. */
struct elf_machine {
	unsigned char class;   /* ELFCLASS32 or ELFCLASS64 */
	unsigned char data;    /* ELFDATA2LSB or ELFDATA2MSB */
	unsigned short number; /* EM_X86_64 and others */
};

/* Why a program cannot be used. */
enum elf_fault {
	ELF_GOOD,
	ELF_EMPTY,
	ELF_NONE,    /* does not begin as an ELF file does */
	ELF_FOREIGN, /* is for another machine */
	ELF_CUT,     /* ends before the data that its headers name */
	ELF_DAMAGED, /* has contradictory headers, or is not a program */
	ELF_DYNAMIC, /* is whole, but needs a dynamic linker and so libraries */
};

/* Returns the machine that this program was built for. */
struct elf_machine elf_native_machine(void);

/*
 * Reads the machine that a program or kernel module of size bytes is for. Returns false,
 * with *machine untouched, unless it is an ELF file.
 */
bool elf_find_machine(const void *data, size_t size, struct elf_machine *machine);

/* Returns whether two machines are the same. */
bool elf_same_machine(const struct elf_machine *a, const struct elf_machine *b);

/*
 * Checks that a file of size bytes is a whole program for the machine and needs no
 * libraries. Requires what the kernel requires (fs/binfmt_elf.c): program headers, each
 * segment within the file and the entry point in an executable one. Also requires a whole
 * section table if the file has one. Never reads outside data, whatever it holds. Returns
 * ELF_GOOD or the first fault found.
 */
enum elf_fault elf_find_fault(const void *data, size_t size, const struct elf_machine *machine);

/* Returns a static phrase that completes "the program ...". */
const char *elf_fault_text(enum elf_fault fault);
