// The tables of `watch`: entries and pools, filtered and sorted. Pure.
#pragma once

#include <string>

#include "controller/display/frame.h"
#include "controller/looks/fleet_look.h"

namespace cutover {

struct TableWish {
  std::string filter;    ///< part of any name; empty: all
  std::size_t sort = 0;  ///< index into sort_orders
};

inline constexpr const char* sort_orders[] = {"waiting", "clients", "servers", "name"};
inline constexpr std::size_t sort_order_count = 4;

/// With a heading each; empty when there is nothing to show.
Frame pool_table(const FleetLook& look, const TableWish& wish);
Frame entry_table(const FleetLook& look, const TableWish& wish);

}  // namespace cutover
