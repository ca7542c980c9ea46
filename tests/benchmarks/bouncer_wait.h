// How long clients waited by PgBouncer's own count: the time until a server was linked to each of
// them, of all clients together.
#pragma once

#include <string>
#include <vector>

namespace cutover::bench {

/// Milliseconds since its start, of each of the consoles. Throws when one does not answer.
std::vector<double> bouncer_waits(const std::vector<std::string>& consoles);

/// In between, summed. One that was started anew in between counts from there.
double waited(const std::vector<double>& before, const std::vector<double>& after);

}  // namespace cutover::bench
