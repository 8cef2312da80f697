// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/topology.h"

#include <errno.h>
#include <stdlib.h>

static int compare_members(const void *a, const void *b)
{
	const struct device *left = *(struct device *const *)a;
	const struct device *right = *(struct device *const *)b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return pci_address_compare(&left->address, &right->address);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

int topology_build(struct topology *topology, struct arena *arena, struct device *devices,
		   size_t count, enum iommu_state iommu)
{
	struct device **members = arena_allocate(arena, count + 1, sizeof(struct device *));
	size_t grouped = 0, used = 0;

	*topology = (struct topology){ .devices = devices, .count = count, .iommu = iommu };
	if (!members)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (devices[i].group >= 0)
			members[grouped++] = &devices[i];
	qsort(members, grouped, sizeof(struct device *), compare_members);
	for (size_t i = 0; i < grouped; i++)
		used += i == 0 || members[i]->group != members[i - 1]->group;
	topology->groups = arena_allocate(arena, used + 1, sizeof(struct group));
	if (!topology->groups)
		return -ENOMEM;
	for (size_t i = 0; i < grouped; i++) {
		if (i == 0 || members[i]->group != members[i - 1]->group)
			topology->groups[topology->group_count++] = (struct group){
				.number = members[i]->group,
				.members = &members[i],
			};
		topology->groups[topology->group_count - 1].count++;
	}
	return 0;
}

const struct group *topology_group(const struct topology *topology, const struct device *device)
{
	struct group key = { .number = device->group };

	return bsearch(&key, topology->groups, topology->group_count, sizeof(key), compare_groups);
}

bool topology_are_close(const struct device *a, const struct device *b)
{
	return a != b && (pci_address_same_slot(&a->address, &b->address) ||
			  (a->parent && a->address.domain == b->address.domain &&
			   a->address.bus == b->address.bus));
}

const struct device *topology_find_joiner(const struct topology *topology,
					  const struct device *device)
{
	for (size_t i = 0; topology->late_groups && i < topology->count; i++) {
		const struct device *other = &topology->devices[i];

		if (other->group < 0 && other->described &&
		    other->header_type == PCI_HEADER_ENDPOINT && topology_are_close(device, other))
			return other;
	}
	return NULL;
}
