// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/platform.h"

#include <stdlib.h>
#include <string.h>

#include "lib/util.h"

/* Words that only one platform has in /proc/cpuinfo (show_cpuinfo() in arch/.../kernel). */
static const struct {
	const char *word;
	enum platform platform;
} cpuinfo_words[] = {
	{ "GenuineIntel", PLATFORM_INTEL },	   { "CentaurHauls", PLATFORM_INTEL },
	{ "  Shanghai", PLATFORM_INTEL },	   { "AuthenticAMD", PLATFORM_AMD },
	{ "HygonGenuine", PLATFORM_AMD },	   { "CPU implementer", PLATFORM_ARM },
	{ "platform\t: PowerNV", PLATFORM_POWER }, { "platform\t: pSeries", PLATFORM_POWER },
	{ "isa\t\t: rv", PLATFORM_TREE },
};

/* Prefixes of module aliases. The vendor numbers are X86_VENDOR_* (asm/processor.h). */
static const struct {
	char start[24];
	enum platform platform;
} aliases[] = {
	{ "cpu:type:x86,ven0000", PLATFORM_INTEL }, { "cpu:type:x86,ven0002", PLATFORM_AMD },
	{ "cpu:type:x86,ven0005", PLATFORM_INTEL }, { "cpu:type:x86,ven0009", PLATFORM_AMD },
	{ "cpu:type:x86,ven000A", PLATFORM_INTEL }, { "cpu:type:aarch64", PLATFORM_ARM },
};

/* Files that firmware leaves in sysfs. */
static const struct {
	char path[36];
	enum platform platform;
} files[] = {
	{ "firmware/acpi/tables/DMAR", PLATFORM_INTEL },
	{ "firmware/acpi/tables/IVRS", PLATFORM_AMD },
	{ "firmware/acpi/tables/IORT", PLATFORM_ARM },
	{ "firmware/devicetree/base/ibm,opal", PLATFORM_POWER },
	{ "firmware/devicetree/base/rtas", PLATFORM_POWER },
	{ "firmware/devicetree/base/cpus", PLATFORM_TREE },
};

enum platform platform_of_cpuinfo(const char *cpuinfo)
{
	for (size_t i = 0; cpuinfo && i < ARRAY_SIZE(cpuinfo_words); i++)
		if (strstr(cpuinfo, cpuinfo_words[i].word))
			return cpuinfo_words[i].platform;
	return PLATFORM_UNKNOWN;
}

bool platform_is_virtual(const char *cpuinfo)
{
	const char *flags = cpuinfo ? strstr(cpuinfo, "\nflags") : NULL;
	const char *end = flags ? strchr(flags + 1, '\n') : NULL;
	const char *found = flags ? strstr(flags, " hypervisor") : NULL;

	return found && (!end || found < end);
}

static enum platform of_host_bridge(const struct sysfs *sysfs)
{
	char vendor[16];

	if (sysfs_read(sysfs, "bus/pci/devices/0000:00:00.0/vendor", vendor, sizeof(vendor)) < 0)
		return PLATFORM_UNKNOWN;
	switch (strtoul(vendor, NULL, 16)) {
	case 0x8086:
		return PLATFORM_INTEL;
	case 0x1022:
	case 0x1d94: /* Hygon */
		return PLATFORM_AMD;
	case 0x1014:
		return PLATFORM_POWER;
	default:
		return PLATFORM_UNKNOWN;
	}
}

enum platform platform_find(const struct sysfs *sysfs)
{
	char alias[4096];

	if (sysfs_read(sysfs, "devices/system/cpu/modalias", alias, sizeof(alias)) > 0)
		for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
			if (strncmp(alias, aliases[i].start, strlen(aliases[i].start)) == 0)
				return aliases[i].platform;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (sysfs_exists(sysfs, files[i].path))
			return files[i].platform;
	return of_host_bridge(sysfs);
}
