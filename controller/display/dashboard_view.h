// `cutover watch`: blue and green side by side, replication, bouncers, entries and pools; sorted,
// filtered, held still by keys. Pure: looks and keys in, frames out.
#pragma once

#include <string>

#include "controller/display/fleet_history.h"
#include "controller/display/frame.h"

namespace cutover {

class DashboardView {
 public:
  explicit DashboardView(double look_interval_seconds) : interval_(look_interval_seconds) {}

  void take(const FleetLook& look);
  /// False: the operator wants to leave.
  bool take_key(int key);

  Frame frame(FrameSize size, const Glyphs& glyphs, double now) const;

 private:
  bool take_filter_key(int key);
  FrameLine title(FrameSize size, double now) const;
  FrameLine phase_line() const;
  FrameLine footer() const;
  Frame server_lines(FrameSize size, const Glyphs& glyphs) const;
  FrameLine side_line(const DatabaseLook& database, const std::string& side, int line,
                      std::size_t width, const Glyphs& glyphs) const;
  Frame slot_lines(const Glyphs& glyphs) const;
  Frame bouncer_lines() const;

  double interval_;
  FleetLook look_;
  FleetLook newest_;  ///< while held still
  FleetHistory history_;
  std::string fenced_in_use_before_;
  std::string refusing_;  ///< the side where clients' writes fail
  bool has_look_ = false;
  bool held_still_ = false;
  bool typing_filter_ = false;
  std::string filter_;
  std::size_t sort_ = 0;
  std::size_t scrolled_ = 0;
};

}  // namespace cutover
