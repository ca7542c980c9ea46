// Events of a run as lines of JSON: how the process that watches a run hears of the one that acts.
#pragma once

#include <string>

#include "controller/cutover/events.h"

namespace cutover {

/// Long details cut: a line has to fit into a pipe at once.
Event with_short_details(Event event);

/// One line, no newline inside.
std::string to_event_line(const Event& event);
/// An error when it is none: half a line, another version's.
Result<Event> event_of_line(const std::string& line);

}  // namespace cutover
