// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Machine and word size, which a kernel must share with a program to run it (elf(5)). */
struct elf_machine {
	unsigned char class;   /* ELFCLASS32 or ELFCLASS64 */
	unsigned char data;    /* ELFDATA2LSB or ELFDATA2MSB */
	unsigned short number; /* EM_X86_64 and others */
};

/* Why a program cannot be used. */
enum elf_fault {
	ELF_GOOD,
	ELF_EMPTY,
	ELF_NONE,    /* it does not begin as an ELF file does */
	ELF_FOREIGN, /* it is for another machine */
	ELF_CUT,     /* it ends before what its headers say is in it */
	ELF_DAMAGED, /* its headers contradict themselves, or are no program's */
	ELF_DYNAMIC, /* it is whole, but needs a dynamic linker, and so libraries */
};

/* Returns the machine that this program is for. */
struct elf_machine elf_native_machine(void);

/* Finds the machine that a file is for, a kernel module too. Returns whether it is an ELF file. */
bool elf_find_machine(const void *data, size_t size, struct elf_machine *machine);

bool elf_same_machine(const struct elf_machine *a, const struct elf_machine *b);

/*
 * Finds what keeps a file of size bytes from being a whole program for the machine that
 * needs no libraries. It asks for what the kernel does (fs/binfmt_elf.c): program
 * headers, each segment within the file, an entry point in one that is executable; and
 * for a whole section table where the file has one. Nothing outside of the bytes is
 * read, whatever they are.
 */
enum elf_fault elf_find_fault(const void *data, size_t size, const struct elf_machine *machine);

/* Returns what completes "the program ..."; static. */
const char *elf_fault_text(enum elf_fault fault);
