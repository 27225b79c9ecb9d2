// GCC before 13.3 declares that `_tile_loadconfig` reads 8 of the 64 bytes it reads (PR target/114098), so that
// the rest may be left unwritten and the next tile instruction is illegal. llama.cpp calls it from C++ only.
#pragma once
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#undef _tile_loadconfig
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg %0" : : "m"(*(const char(*)[64])(config)))
#endif
