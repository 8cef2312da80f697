// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of every word size and byte order, cut, changed and random. Each ends at the
 * end of its memory, so that the sanitizer sees reads beyond it.
 */
#include "lib/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#define SIZE_MAX_TEST 1024
#define FLIPS	      200000

/* A program under construction. */
struct sample {
	unsigned char data[SIZE_MAX_TEST];
	size_t size;
	struct elf_machine machine;
	bool is_64;
};

static const struct elf_machine machines[] = {
	{ ELFCLASS64, ELFDATA2LSB, EM_X86_64 },
	{ ELFCLASS64, ELFDATA2MSB, EM_S390 },
	{ ELFCLASS32, ELFDATA2LSB, EM_ARM },
	{ ELFCLASS32, ELFDATA2MSB, EM_PPC },
};

static void put(struct sample *sample, size_t at, size_t width, uint64_t value)
{
	assert_true(at + width <= sizeof(sample->data));
	for (size_t i = 0; i < width; i++) {
		size_t shift = sample->machine.data == ELFDATA2MSB ? width - 1 - i : i;

		sample->data[at + i] = (unsigned char)(value >> (8 * shift));
	}
}

/* Sets a field of the header at base. */
#define PUT(sample, base, type, member, value)                           \
	put(sample,                                                      \
	    (base) + ((sample)->is_64 ? offsetof(Elf64_##type, member)   \
				      : offsetof(Elf32_##type, member)), \
	    (sample)->is_64 ? sizeof(((Elf64_##type *)0)->member)        \
			    : sizeof(((Elf32_##type *)0)->member),       \
	    value)

static size_t size_of_header(const struct sample *sample)
{
	return sample->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static size_t size_of_segment(const struct sample *sample)
{
	return sample->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static size_t size_of_section(const struct sample *sample)
{
	return sample->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

/* Returns where the third segment is, which is not loaded. */
static size_t third_segment(const struct sample *sample)
{
	return size_of_header(sample) + 2 * size_of_segment(sample);
}

/* Makes a header, three segments (code, data, a note) with contents, and three sections. */
static void make(struct sample *sample, const struct elf_machine *machine)
{
	size_t header, segment, content, sections, base;

	*sample = (struct sample){ .machine = *machine, .is_64 = machine->class == ELFCLASS64 };
	header = size_of_header(sample);
	segment = size_of_segment(sample);
	content = header + 3 * segment;
	sections = content + 64;
	memcpy(sample->data, ELFMAG, SELFMAG);
	sample->data[EI_CLASS] = machine->class;
	sample->data[EI_DATA] = machine->data;
	sample->data[EI_VERSION] = EV_CURRENT;
	PUT(sample, 0, Ehdr, e_type, ET_DYN);
	PUT(sample, 0, Ehdr, e_machine, machine->number);
	PUT(sample, 0, Ehdr, e_version, EV_CURRENT);
	PUT(sample, 0, Ehdr, e_entry, 0x1000 + content + 4);
	PUT(sample, 0, Ehdr, e_phoff, header);
	PUT(sample, 0, Ehdr, e_shoff, sections);
	PUT(sample, 0, Ehdr, e_ehsize, header);
	PUT(sample, 0, Ehdr, e_phentsize, segment);
	PUT(sample, 0, Ehdr, e_phnum, 3);
	PUT(sample, 0, Ehdr, e_shentsize, size_of_section(sample));
	PUT(sample, 0, Ehdr, e_shnum, 3);
	PUT(sample, header, Phdr, p_type, PT_LOAD);
	PUT(sample, header, Phdr, p_flags, PF_R | PF_X);
	PUT(sample, header, Phdr, p_vaddr, 0x1000);
	PUT(sample, header, Phdr, p_filesz, content + 32);
	PUT(sample, header, Phdr, p_memsz, content + 32);
	PUT(sample, header, Phdr, p_align, 0x1000);
	base = header + segment;
	PUT(sample, base, Phdr, p_type, PT_LOAD);
	PUT(sample, base, Phdr, p_flags, PF_R | PF_W);
	PUT(sample, base, Phdr, p_offset, content + 32);
	PUT(sample, base, Phdr, p_vaddr, 0x3000 + content + 32);
	PUT(sample, base, Phdr, p_filesz, 32);
	PUT(sample, base, Phdr, p_memsz, 4096);
	PUT(sample, base, Phdr, p_align, 0x1000);
	base = third_segment(sample);
	PUT(sample, base, Phdr, p_type, PT_NOTE);
	PUT(sample, base, Phdr, p_offset, content);
	PUT(sample, base, Phdr, p_filesz, 16);
	base = sections + size_of_section(sample);
	PUT(sample, base, Shdr, sh_type, SHT_PROGBITS);
	PUT(sample, base, Shdr, sh_offset, content);
	PUT(sample, base, Shdr, sh_size, 64);
	base += size_of_section(sample);
	PUT(sample, base, Shdr, sh_type, SHT_NOBITS);
	PUT(sample, base, Shdr, sh_offset, content);
	PUT(sample, base, Shdr, sh_size, 1 << 20);
	sample->size = base + size_of_section(sample);
}

static enum elf_fault judge(const struct sample *sample, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	enum elf_fault fault;

	assert_non_null(copy);
	memcpy(copy, sample->data, size);
	fault = elf_find_fault(size ? copy : copy + 1, size, &sample->machine);
	free(copy);
	return fault;
}

static void test_cut_anywhere(void **state)
{
	struct sample sample;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		make(&sample, &machines[i]);
		assert_int_equal(judge(&sample, sample.size), ELF_GOOD);
		assert_int_equal(judge(&sample, 0), ELF_EMPTY);
		for (size_t size = 1; size < sample.size; size++)
			if (judge(&sample, size) != ELF_CUT)
				fail_msg("machine %zu, %zu bytes of %zu: %d", i, size, sample.size,
					 judge(&sample, size));
		/* Without its sections, a program is whole with its last segment. */
		PUT(&sample, 0, Ehdr, e_shoff, 0);
		PUT(&sample, 0, Ehdr, e_shnum, 0);
		for (size_t size = 1; size <= sample.size; size++)
			check_number("without sections", judge(&sample, size),
				     size < third_segment(&sample) + size_of_segment(&sample) + 64
					     ? ELF_CUT
					     : ELF_GOOD);
	}
}

static void test_foreign(void **state)
{
	struct sample sample;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		for (size_t j = 0; j < ARRAY_SIZE(machines); j++) {
			make(&sample, &machines[i]);
			sample.machine = machines[j];
			assert_int_equal(judge(&sample, sample.size),
					 i == j ? ELF_GOOD : ELF_FOREIGN);
		}
	make(&sample, &machines[0]);
	sample.machine.number = EM_AARCH64;
	assert_int_equal(judge(&sample, sample.size), ELF_FOREIGN);
}

static void test_no_elf(void **state)
{
	static const char script[] = "#!/bin/sh\nexit 0\n";
	struct elf_machine native = elf_native_machine(), found;

	(void)state;
	assert_int_equal(elf_find_fault(script, strlen(script), &native), ELF_NONE);
	assert_int_equal(elf_find_fault("\177", 1, &native), ELF_CUT);
	assert_int_equal(elf_find_fault("\177EL", 3, &native), ELF_CUT);
	assert_int_equal(elf_find_fault("\177ELG", 4, &native), ELF_NONE);
	assert_false(elf_find_machine(script, strlen(script), &found));
	assert_false(elf_find_machine("", 0, &found));
}

/* Each row changes one number of a good program. */
#define ROW(name, base, type, member, value, fault)                     \
	{                                                               \
		make(&sample, &machines[i]);                            \
		PUT(&sample, base, type, member, value);                \
		check_number(name, judge(&sample, sample.size), fault); \
	}

static void test_damage(void **state)
{
	struct sample sample;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		size_t header, data, note, sections;

		make(&sample, &machines[i]);
		header = size_of_header(&sample);
		data = header + size_of_segment(&sample);
		note = third_segment(&sample);
		sections = note + size_of_segment(&sample) + 64;
		ROW("an object", 0, Ehdr, e_type, ET_REL, ELF_DAMAGED);
		ROW("a core", 0, Ehdr, e_type, ET_CORE, ELF_DAMAGED);
		ROW("a fixed program", 0, Ehdr, e_type, ET_EXEC, ELF_GOOD);
		ROW("another version", 0, Ehdr, e_version, 2, ELF_DAMAGED);
		ROW("another header", 0, Ehdr, e_ehsize, header + 1, ELF_DAMAGED);
		ROW("no segments", 0, Ehdr, e_phnum, 0, ELF_DAMAGED);
		ROW("too many", 0, Ehdr, e_phnum, PN_XNUM, ELF_DAMAGED);
		ROW("many", 0, Ehdr, e_phnum, PN_XNUM - 1, ELF_CUT);
		ROW("other segments", 0, Ehdr, e_phentsize, 1, ELF_DAMAGED);
		ROW("segments far out", 0, Ehdr, e_phoff, UINT64_MAX - 8, ELF_CUT);
		ROW("segments outside", 0, Ehdr, e_phoff, sample.size, ELF_CUT);
		ROW("sections far out", 0, Ehdr, e_shoff, UINT64_MAX - 8, ELF_CUT);
		ROW("sections outside", 0, Ehdr, e_shoff, sample.size - 1, ELF_CUT);
		ROW("more sections", 0, Ehdr, e_shnum, 4, ELF_CUT);
		ROW("no sections", 0, Ehdr, e_shnum, 0, ELF_DAMAGED);
		ROW("other sections", 0, Ehdr, e_shentsize, 1, ELF_DAMAGED);
		ROW("entry before", 0, Ehdr, e_entry, 0xfff, ELF_DAMAGED);
		ROW("entry in the data", 0, Ehdr, e_entry, 0x3000 + sections - 20, ELF_DAMAGED);
		ROW("nothing to execute", header, Phdr, p_flags, PF_R, ELF_DAMAGED);
		ROW("nothing loaded", header, Phdr, p_type, PT_NOTE, ELF_DAMAGED);
		ROW("longer than memory", header, Phdr, p_memsz, 1, ELF_DAMAGED);
		ROW("around the end", data, Phdr, p_memsz, UINT64_MAX, ELF_DAMAGED);
		ROW("no power of two", data, Phdr, p_align, 0x1001, ELF_DAMAGED);
		ROW("misaligned", data, Phdr, p_vaddr, 0x3001, ELF_DAMAGED);
		ROW("data outside", data, Phdr, p_offset, sample.size, ELF_CUT);
		ROW("data far out", data, Phdr, p_offset, UINT64_MAX - 4, ELF_CUT);
		ROW("a note outside", note, Phdr, p_filesz, sample.size, ELF_CUT);
		ROW("a note far out", note, Phdr, p_offset, UINT64_MAX, ELF_CUT);
		ROW("an interpreter", note, Phdr, p_type, PT_INTERP, ELF_DYNAMIC);
		ROW("a section outside", sections + size_of_section(&sample), Shdr, sh_size,
		    sample.size, ELF_CUT);
		ROW("a section far out", sections + size_of_section(&sample), Shdr, sh_offset,
		    UINT64_MAX, ELF_CUT);
	}
}

/* Whatever the headers say, nothing outside is read, and every fault has a text. */
static void test_random_changes(void **state)
{
	struct sample good, sample;
	size_t kinds[ELF_DYNAMIC + 1] = { 0 };

	(void)state;
	srandom(1);
	for (size_t i = 0; i < FLIPS; i++) {
		long changes = 1 + random() % 4;
		enum elf_fault fault;

		make(&good, &machines[i % ARRAY_SIZE(machines)]);
		sample = good;
		while (changes--) {
			size_t at = (size_t)random() % good.size;

			sample.data[at] = random() % 2 ? (unsigned char)random()
						       : sample.data[at] ^ (1 << random() % 8);
		}
		fault = judge(&sample, random() % 8 ? good.size : (size_t)random() % good.size);
		assert_true(fault <= ELF_DYNAMIC);
		assert_non_null(elf_fault_text(fault));
		kinds[fault]++;
	}
	/* Every fault occurred, so the changes reach all of the code. */
	for (enum elf_fault fault = ELF_GOOD; fault <= ELF_DYNAMIC; fault++)
		if (!kinds[fault] && fault != ELF_DYNAMIC)
			fail_msg("no change made one that %s", elf_fault_text(fault));
}

/* The test itself is a real program that needs libraries. */
static void test_real_program(void **state)
{
	struct elf_machine native = elf_native_machine(), found;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *data;

	(void)state;
	assert_int_equal(fstat(fd, &status), 0);
	data = malloc((size_t)status.st_size);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)status.st_size), status.st_size);
	close(fd);
	assert_true(elf_find_machine(data, (size_t)status.st_size, &found));
	assert_true(elf_same_machine(&native, &found));
	assert_int_equal(elf_find_fault(data, (size_t)status.st_size, &native), ELF_DYNAMIC);
	assert_int_equal(elf_find_fault(data, (size_t)status.st_size - 1, &native), ELF_CUT);
	for (size_t size = 4; size < (size_t)status.st_size; size += size < 4096 ? 1 : 4999)
		assert_int_equal(elf_find_fault(data, size, &native), ELF_CUT);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_anywhere),   cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_no_elf),	       cmocka_unit_test(test_damage),
		cmocka_unit_test(test_random_changes), cmocka_unit_test(test_real_program),
	};

	return cmocka_run_group_tests_name("elf_file", tests, NULL, NULL);
}
