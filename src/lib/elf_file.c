// SPDX-License-Identifier: GPL-2.0-or-later
/* Word size and byte order may differ from this program's: each field is read by its offset. */
#include "lib/elf_file.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "lib/util.h"

/* A field of a header, in 32-bit [0] and 64-bit [1] ELF files. */
struct field {
	unsigned char at[2], width[2];
};

#define FIELD(type, member)                                                                      \
	{                                                                                        \
		{ offsetof(Elf32_##type, member), offsetof(Elf64_##type, member) },              \
		{                                                                                \
			sizeof(((Elf32_##type *)0)->member), sizeof(((Elf64_##type *)0)->member) \
		}                                                                                \
	}

static const struct field header_type = FIELD(Ehdr, e_type);
static const struct field header_version = FIELD(Ehdr, e_version);
static const struct field header_entry = FIELD(Ehdr, e_entry);
static const struct field header_size = FIELD(Ehdr, e_ehsize);
static const struct field header_segments = FIELD(Ehdr, e_phoff);
static const struct field header_segment_size = FIELD(Ehdr, e_phentsize);
static const struct field header_segment_count = FIELD(Ehdr, e_phnum);
static const struct field header_sections = FIELD(Ehdr, e_shoff);
static const struct field header_section_size = FIELD(Ehdr, e_shentsize);
static const struct field header_section_count = FIELD(Ehdr, e_shnum);
static const struct field segment_type = FIELD(Phdr, p_type);
static const struct field segment_flags = FIELD(Phdr, p_flags);
static const struct field segment_offset = FIELD(Phdr, p_offset);
static const struct field segment_address = FIELD(Phdr, p_vaddr);
static const struct field segment_file_size = FIELD(Phdr, p_filesz);
static const struct field segment_memory_size = FIELD(Phdr, p_memsz);
static const struct field segment_alignment = FIELD(Phdr, p_align);
static const struct field section_type = FIELD(Shdr, sh_type);
static const struct field section_offset = FIELD(Shdr, sh_offset);
static const struct field section_size = FIELD(Shdr, sh_size);

struct file {
	const unsigned char *data;
	uint64_t size;
	bool is_64, is_big;
};

/* Returns a field of the struct at place, which lies within the file. */
static uint64_t get(const struct file *file, uint64_t place, const struct field *field)
{
	const unsigned char *bytes = file->data + place + field->at[file->is_64];
	unsigned int width = field->width[file->is_64];
	uint64_t value = 0;

	for (unsigned int i = 0; i < width; i++)
		value = value << 8 | bytes[file->is_big ? i : width - 1 - i];
	return value;
}

static bool is_within(const struct file *file, uint64_t offset, uint64_t length)
{
	return offset <= file->size && length <= file->size - offset;
}

struct elf_machine elf_native_machine(void)
{
	struct elf_machine machine = { .class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32,
				       .data = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
						       ? ELFDATA2LSB
						       : ELFDATA2MSB };

#if defined(__x86_64__)
	machine.number = EM_X86_64;
#elif defined(__i386__)
	machine.number = EM_386;
#elif defined(__aarch64__)
	machine.number = EM_AARCH64;
#elif defined(__arm__)
	machine.number = EM_ARM;
#elif defined(__powerpc64__)
	machine.number = EM_PPC64;
#elif defined(__powerpc__)
	machine.number = EM_PPC;
#elif defined(__riscv)
	machine.number = EM_RISCV;
#elif defined(__s390__)
	machine.number = EM_S390;
#elif defined(__loongarch__)
	machine.number = 258; /* EM_LOONGARCH, which some versions of elf.h lack */
#elif defined(__mips__)
	machine.number = EM_MIPS;
#else
#error "which e_machine (elf(5)) is this?"
#endif
	return machine;
}

bool elf_find_machine(const void *data, size_t size, struct elf_machine *machine)
{
	const unsigned char *bytes = data;
	bool is_big;

	/* All fields up to e_machine have the same offsets in both classes. */
	if (size < offsetof(Elf32_Ehdr, e_version) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return false;
	is_big = bytes[EI_DATA] == ELFDATA2MSB;
	*machine = (struct elf_machine){ .class = bytes[EI_CLASS], .data = bytes[EI_DATA] };
	bytes += offsetof(Elf32_Ehdr, e_machine);
	machine->number =
		(unsigned short)(is_big ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
	return true;
}

bool elf_same_machine(const struct elf_machine *a, const struct elf_machine *b)
{
	return a->class == b->class && a->data == b->data && a->number == b->number;
}

static enum elf_fault check_header(const struct file *file)
{
	size_t size = file->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	uint64_t type, count;

	if (file->size < size)
		return ELF_CUT;
	type = get(file, 0, &header_type);
	count = get(file, 0, &header_segment_count);
	if (file->data[EI_VERSION] != EV_CURRENT || get(file, 0, &header_version) != EV_CURRENT ||
	    (type != ET_EXEC && type != ET_DYN) || get(file, 0, &header_size) != size ||
	    get(file, 0, &header_segment_size) !=
		    (file->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) ||
	    count == 0 || count == PN_XNUM)
		return ELF_DAMAGED;
	return ELF_GOOD;
}

/* Returns whether the kernel can map a segment of type PT_LOAD. */
static bool can_be_loaded(const struct file *file, uint64_t place)
{
	uint64_t address = get(file, place, &segment_address);
	uint64_t length = get(file, place, &segment_memory_size);
	uint64_t alignment = get(file, place, &segment_alignment);
	uint64_t limit = file->is_64 ? UINT64_MAX : UINT32_MAX;

	if (get(file, place, &segment_file_size) > length || length > limit - address)
		return false;
	return alignment <= 1 ||
	       ((alignment & (alignment - 1)) == 0 &&
		((address - get(file, place, &segment_offset)) & (alignment - 1)) == 0);
}

static bool holds_entry(const struct file *file, uint64_t place)
{
	uint64_t entry = get(file, 0, &header_entry);
	uint64_t address = get(file, place, &segment_address);

	return (get(file, place, &segment_flags) & PF_X) && entry >= address &&
	       entry - address < get(file, place, &segment_file_size);
}

static enum elf_fault check_segments(const struct file *file, bool *dynamic)
{
	uint64_t place = get(file, 0, &header_segments);
	uint64_t size = get(file, 0, &header_segment_size);
	uint64_t count = get(file, 0, &header_segment_count);
	bool enters = false;

	*dynamic = false;
	if (!is_within(file, place, count * size))
		return ELF_CUT;
	for (; count; count--, place += size) {
		uint64_t type = get(file, place, &segment_type);

		if (type != PT_NULL && !is_within(file, get(file, place, &segment_offset),
						  get(file, place, &segment_file_size)))
			return ELF_CUT;
		*dynamic |= type == PT_INTERP;
		if (type != PT_LOAD)
			continue;
		if (!can_be_loaded(file, place))
			return ELF_DAMAGED;
		enters |= holds_entry(file, place);
	}
	return enters ? ELF_GOOD : ELF_DAMAGED;
}

/* The kernel needs no sections, but they come last and so show that a file was cut off. */
static enum elf_fault check_sections(const struct file *file)
{
	uint64_t place = get(file, 0, &header_sections);
	uint64_t size = get(file, 0, &header_section_size);
	uint64_t count = get(file, 0, &header_section_count);

	if (!place)
		return count ? ELF_DAMAGED : ELF_GOOD;
	if (size != (file->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)) || !count)
		return ELF_DAMAGED;
	if (!is_within(file, place, count * size))
		return ELF_CUT;
	for (; count; count--, place += size) {
		uint64_t type = get(file, place, &section_type);

		if (type != SHT_NULL && type != SHT_NOBITS &&
		    !is_within(file, get(file, place, &section_offset),
			       get(file, place, &section_size)))
			return ELF_CUT;
	}
	return ELF_GOOD;
}

enum elf_fault elf_find_fault(const void *data, size_t size, const struct elf_machine *machine)
{
	struct file file = { .data = data, .size = size };
	struct elf_machine found;
	enum elf_fault fault;
	bool dynamic;

	if (!size)
		return ELF_EMPTY;
	if (memcmp(data, ELFMAG, size < SELFMAG ? size : SELFMAG) != 0)
		return ELF_NONE;
	if (!elf_find_machine(data, size, &found))
		return ELF_CUT;
	if ((found.class != ELFCLASS32 && found.class != ELFCLASS64) ||
	    (found.data != ELFDATA2LSB && found.data != ELFDATA2MSB))
		return ELF_DAMAGED;
	if (!elf_same_machine(&found, machine))
		return ELF_FOREIGN;
	file.is_64 = found.class == ELFCLASS64;
	file.is_big = found.data == ELFDATA2MSB;
	fault = check_header(&file);
	if (!fault)
		fault = check_segments(&file, &dynamic);
	if (!fault)
		fault = check_sections(&file);
	return fault ? fault : dynamic ? ELF_DYNAMIC : ELF_GOOD;
}

const char *elf_fault_text(enum elf_fault fault)
{
	static const char *const texts[] = {
		[ELF_GOOD] = "is whole",
		[ELF_EMPTY] = "is empty",
		[ELF_NONE] = "is not a program (not an ELF file)",
		[ELF_FOREIGN] = "is for another machine",
		[ELF_CUT] = "is truncated",
		[ELF_DAMAGED] = "is damaged",
		[ELF_DYNAMIC] = "needs shared libraries",
	};

	return fault < ARRAY_SIZE(texts) ? texts[fault] : "is damaged";
}
