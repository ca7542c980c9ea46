#include "controller/display/dashboard_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "controller/display/dashboard_tables.h"
#include "controller/display/keys.h"

namespace cutover {
namespace {

constexpr std::size_t most_databases = 3;
constexpr int lines_of_a_side = 3;
constexpr std::size_t page = 5;
constexpr double oldest_look = 5;  ///< seconds; a look may take some when something is down

std::string time_of_day(double unix_time) {
  return fmt::format("{:%H:%M:%S}", fmt::localtime(static_cast<std::time_t>(unix_time)));
}

/// Where clients meet a fence, that alone; else who is fenced.
FrameLine fence_text(const FleetLook& look, const std::string& refusing) {
  if (!refusing.empty())
    return FrameLine("   " + refusing + " IS FENCED: writes fail, `cutover recover`", Style::bad);
  const auto& first = look.databases.front();
  const bool blue = first.fenced.value_or(false);
  const bool green = first.green_fenced.value_or(false);
  if (blue && green) return FrameLine("   blue and green are fenced", Style::warning);
  if (!blue && !green) return FrameLine("   no fence");
  const double since = blue ? first.decided_at : first.green_decided_at;
  return FrameLine(fmt::format("   {} is fenced{}", blue ? "blue" : "green",
                               since == 0 ? "" : " since " + time_of_day(since)),
                   Style::warning);
}

/// What follows the heading is scrolled and cut; the heading stays.
void append_table(Frame& frame, const Frame& table, std::size_t room, std::size_t scrolled) {
  if (room == 0 || table.empty()) return;
  frame.push_back(table.front());
  const std::size_t rows = table.size() - 1;
  const std::size_t shown = std::min(rows, room - 1);
  const std::size_t first = std::min(scrolled, rows - shown);
  for (std::size_t i = 0; i < shown; ++i) frame.push_back(table[1 + first + i]);
}

}  // namespace

void DashboardView::take(const FleetLook& look) {
  history_.take(look);
  newest_ = look;
  has_look_ = true;
  // Servers and bouncers are not asked at one moment: one look alone may be torn by a run.
  const auto fenced_in_use = look.fenced_side_in_use();
  refusing_ = fenced_in_use == fenced_in_use_before_ ? fenced_in_use : "";
  fenced_in_use_before_ = fenced_in_use;
  if (!held_still_) look_ = look;
}

bool DashboardView::take_filter_key(int key) {
  if (key == key_enter) typing_filter_ = false;
  if (key == key_escape) {
    typing_filter_ = false;
    filter_.clear();
  }
  if (key == key_erase && !filter_.empty()) filter_.pop_back();
  if (key >= ' ' && key < key_erase) filter_ += static_cast<char>(key);
  return true;
}

bool DashboardView::take_key(int key) {
  if (typing_filter_) return take_filter_key(key);
  switch (key) {
    case 'q':
      return false;
    case 's':
      sort_ = (sort_ + 1) % sort_order_count;
      break;
    case 'p':
    case ' ':
      held_still_ = !held_still_;
      if (!held_still_) look_ = newest_;
      break;
    case '/':
    case 'f':
      typing_filter_ = true;
      break;
    case key_escape:
      filter_.clear();
      break;
    case key_up:
    case key_page_up:
      scrolled_ -= std::min(scrolled_, key == key_up ? 1 : page);
      break;
    case key_down:
    case key_page_down:
      scrolled_ += key == key_down ? 1 : page;
      break;
    default:
      break;
  }
  return true;
}

FrameLine DashboardView::title(FrameSize size, double now) const {
  FrameLine line(" cutover watch ", Style::title);
  line.add(held_still_ ? "  HELD STILL" : fmt::format("  every {:g} s", interval_),
           held_still_ ? Style::warning : Style::dim);
  const double age = now - look_.taken_at;
  if (has_look_ && !held_still_ && age > oldest_look + 3 * interval_)
    line.add(fmt::format("  LAST LOOK {:.0f} s AGO", age), Style::bad);
  if (!filter_.empty() && !typing_filter_) line.add("  filter: " + filter_, Style::strong);
  const auto clock = time_of_day(held_still_ ? look_.taken_at : now);
  constexpr std::size_t clock_width = 9;
  if (size.width > clock_width) line.pad_to(size.width - clock_width);
  return line.add(clock, Style::strong);
}

FrameLine DashboardView::phase_line() const {
  FrameLine line;
  if (look_.databases.empty()) return line;
  const auto& first = look_.databases.front();
  const auto serves = [&](const std::string& side) {
    return !look_.bouncers.empty() && std::ranges::all_of(look_.bouncers, [&](const auto& bouncer) {
      return bouncer.serves == side;
    });
  };
  const bool paused =
      std::ranges::any_of(look_.bouncers, [](const auto& bouncer) { return bouncer.paused; });
  if (paused) {
    line.add("clients wait: a bouncer is paused", Style::warning);
  } else if (serves("green")) {
    line.add("green serves", Style::green);
  } else {
    line.add(serves("blue") ? "blue serves" : "bouncers differ",
             serves("blue") ? Style::blue : Style::bad);
  }
  if (!first.fenced && refusing_.empty()) return line.add("   not prepared", Style::dim);
  line.append(fence_text(look_, refusing_));
  line.add(fmt::format("   epoch {}", first.epoch));
  if (!first.run_id.empty()) line.add("   run " + first.run_id, Style::dim);
  return line;
}

FrameLine DashboardView::side_line(const DatabaseLook& database, const std::string& side, int line,
                                   std::size_t width, const Glyphs& glyphs) const {
  const bool is_blue = side == "blue";
  const auto& look = is_blue ? database.blue : database.green;
  FrameLine text;
  if (line == 0) {
    text.add(is_blue ? "BLUE " : "GREEN ", is_blue ? Style::blue : Style::green);
    text.add(look.version + "  ", Style::strong).add(database.name);
    return text.cut(width);
  }
  if (!look.is_up()) return line == 1 ? FrameLine(look.error, Style::bad).cut(width) : text;
  if (line == 1) {
    text.add(fmt::format("clients {}", look.clients), Style::strong);
    text.add(fmt::format("  active {}  in tx {}", look.active, look.idle_in_transaction));
    text.add(fmt::format("  locks {}", look.waiting),
             look.waiting > 0 ? Style::warning : Style::plain);
    return text.cut(width);
  }
  const auto& rows = history_.rates(database.name, side, "rows");
  text.add(fmt::format("rows/s {:>6.0f} ", last_of(rows)));
  const std::size_t curve = width > text.width() + 12 ? width - text.width() - 12 : 0;
  text.add(left(glyphs.sparkline(rows, curve), curve), is_blue ? Style::blue : Style::green);
  text.add(
      fmt::format(" tx/s {:>6.0f}", last_of(history_.rates(database.name, side, "transactions"))));
  return text.cut(width);
}

Frame DashboardView::server_lines(FrameSize size, const Glyphs& glyphs) const {
  Frame frame;
  constexpr std::size_t gap = 3;
  const std::size_t width = size.width > gap ? (size.width - gap) / 2 : 0;
  for (std::size_t i = 0; i < std::min(most_databases, look_.databases.size()); ++i) {
    for (int line = 0; line < lines_of_a_side; ++line) {
      auto both = side_line(look_.databases[i], "blue", line, width, glyphs);
      both.pad_to(width).add(std::string(" ") + glyphs.column() + " ", Style::dim);
      both.append(side_line(look_.databases[i], "green", line, width, glyphs));
      frame.push_back(both);
    }
  }
  return frame;
}

Frame DashboardView::slot_lines(const Glyphs& glyphs) const {
  Frame frame;
  for (const auto& database : look_.databases) {
    for (const auto* side : {&database.blue, &database.green}) {
      for (const auto& slot : side->slots) {
        const bool forward = slot.direction == Direction::forward;
        FrameLine line(forward ? "lag " : "way back ", Style::dim);
        line.add(left(slot.subscription, forward ? 17 : 12));
        line.add(slot.active ? "active  " : "BROKEN  ", slot.active ? Style::good : Style::bad);
        line.add(right(slot.lag_bytes ? bytes_text(*slot.lag_bytes) : "unknown", 11) + " ");
        line.add(left(glyphs.sparkline(history_.lag_bytes(slot.slot), 12), 12), Style::blue);
        line.add(fmt::format("  {:.1f} ms", slot.latency_seconds * 1000));
        if (slot.retained_bytes)
          line.add("  keeps " + bytes_text(*slot.retained_bytes), Style::dim);
        frame.push_back(line);
      }
    }
  }
  constexpr std::size_t most = 4;
  if (frame.size() > most) frame.resize(most);
  if (frame.empty()) frame.emplace_back("no replication slot", Style::dim);
  return frame;
}

Frame DashboardView::bouncer_lines() const {
  Frame frame;
  constexpr std::size_t most = 4;
  for (const auto& bouncer : look_.bouncers) {
    if (frame.size() == most) break;
    FrameLine line(left(bouncer.name, 20) + " ");
    if (!bouncer.error.empty()) {
      frame.push_back(line.add(bouncer.error, Style::bad));
      continue;
    }
    line.add(left(bouncer.serves, 8), style_of_side(bouncer.serves));
    line.add(bouncer.paused ? "PAUSED   " : "serving  ",
             bouncer.paused ? Style::warning : Style::good);
    line.add(fmt::format("{} waiting", bouncer.clients_waiting));
    frame.push_back(line);
  }
  return frame;
}

FrameLine DashboardView::footer() const {
  if (typing_filter_)
    return FrameLine("filter: " + filter_ + "_   enter keeps it, esc drops it", Style::title);
  return FrameLine(fmt::format(" q quit  s sort: {}  / filter  p {}  up/down scroll ",
                               sort_orders[sort_], held_still_ ? "go on" : "hold still"),
                   Style::title);
}

Frame DashboardView::frame(FrameSize size, const Glyphs& glyphs, double now) const {
  Frame frame{title(size, now)};
  if (!has_look_) {
    frame.emplace_back("looking at servers and agents ...", Style::dim);
    frame = fitted(std::move(frame), {size.width, size.height > 0 ? size.height - 1 : 0});
    frame.push_back(footer());
    return fitted(std::move(frame), size);
  }
  frame.push_back(phase_line());
  frame.emplace_back(glyphs.rule(size.width), Style::dim);
  for (const auto& part :
       {server_lines(size, glyphs), Frame{FrameLine(glyphs.rule(size.width), Style::dim)},
        slot_lines(glyphs), bouncer_lines()})
    frame.insert(frame.end(), part.begin(), part.end());
  const TableWish wish{filter_, sort_};
  const auto pools = pool_table(look_, wish);
  const auto entries = entry_table(look_, wish);
  const std::size_t taken = frame.size() + 1;
  const std::size_t room = size.height > taken ? size.height - taken : 0;
  // Entries are few and matter most; pools get what is left, at least half.
  const std::size_t for_entries = std::min(entries.size(), std::max<std::size_t>(room / 2, 2));
  append_table(frame, entries, std::min(room, for_entries), scrolled_);
  const std::size_t left_over = size.height > frame.size() + 1 ? size.height - frame.size() - 1 : 0;
  append_table(frame, pools, left_over, scrolled_);
  frame = fitted(std::move(frame), {size.width, size.height > 0 ? size.height - 1 : 0});
  frame.push_back(footer());
  return fitted(std::move(frame), size);
}

}  // namespace cutover
