// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of libgcc's arithmetic with long double, which takes 10 KB where the processor has
 * none. musl's printf() refers to it for floating point numbers, and nothing here prints one.
 *
 * A static link takes the first definition of a name, so these stand before libgcc.a.
 */
#define NEVER_CALLED(name)        \
	void name(void);          \
	void name(void)           \
	{                         \
		__builtin_trap(); \
	}

NEVER_CALLED(__addtf3)
NEVER_CALLED(__subtf3)
NEVER_CALLED(__multf3)
NEVER_CALLED(__eqtf2)
NEVER_CALLED(__netf2)
NEVER_CALLED(__extenddftf2)
NEVER_CALLED(__fixtfsi)
NEVER_CALLED(__fixunstfsi)
NEVER_CALLED(__floatsitf)
NEVER_CALLED(__floatunsitf)
