// Configurations made of fragments, by a seeded generator: some odd but good, some garbage.
#pragma once

#include <random>
#include <string>

namespace cutover::ini::testing {

/// Anything at all, put together from pieces that mean something to the reader.
std::string generated_garbage(std::mt19937& random);

/// Older versions of PgBouncer, 1.18 among them, know no quoted names.
enum class Names { plain, also_quoted };

/// Lines for [databases] that PgBouncer loads: names, quoting, spacing, order and duplicates vary.
std::string generated_entries(std::mt19937& random, Names kind = Names::also_quoted);

}  // namespace cutover::ini::testing
