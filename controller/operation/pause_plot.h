// A run on a time line, as SVG: one bar a step, and the time during which clients waited. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/journal/journal.h"

namespace cutover {

struct PlottedStep {
  std::string name;
  double begin = 0;  ///< seconds since the plot's beginning
  double end = 0;
  std::string outcome;
};

struct Timeline {
  std::vector<PlottedStep> steps;
  double pause_begin = 0;
  double pause_end = 0;  ///< not after pause_begin: there was no pause
  double length = 0;
};

/// Of the last attempt, from shortly before its pause.
Timeline timeline_of(const std::vector<JournalEntry>& entries);

/// For a page that has the colours; empty where there is nothing to plot.
std::string svg_of(const Timeline& timeline);
/// A file of its own.
std::string svg_file_of(const Timeline& timeline);

}  // namespace cutover
