// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/modalias.h"

#include "lib/util.h"
#include "unit.h"

static void test_read(void **state)
{
	struct pci_id id;
	uint32_t class;

	(void)state;
	assert_true(modalias_parse("pci:v000010DEd00001F91sv00001043sd0000109Fbc03sc00i02", &id,
				   &class));
	assert_int_equal(id.vendor, 0x10de);
	assert_int_equal(id.device, 0x1f91);
	assert_int_equal(id.subsystem_vendor, 0x1043);
	assert_int_equal(id.subsystem_device, 0x109f);
	assert_int_equal(class, 0x030002);
}

static void test_refuse(void **state)
{
	static const char *const texts[] = {
		"",
		"usb:v1D6Bp0002d0601dc09dsc00dp00ic09isc00ip00in00",
		"pci:v000010DEd00001F91sv00001043sd0000109Fbc03sc00",
		"pci:v000010DEd00001F91sv00001043sd0000109Fbc03sc00i0",
		"pci:v00001xDEd00001F91sv00001043sd0000109Fbc03sc00i00",
		"pci:v*d00001F91sv*sd*bc*sc*i*",
	};
	struct pci_id id = { .vendor = 1 };
	uint32_t class = 2;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_false(modalias_parse(texts[i], &id, &class));
	assert_int_equal(id.vendor, 1);
	assert_int_equal(class, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refuse),
	};

	return cmocka_run_group_tests_name("modalias", tests, NULL, NULL);
}
