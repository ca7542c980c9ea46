// The table of contents of a dump, as `pg_restore --list` writes it and --use-list reads it.
#pragma once

#include <string>

namespace cutover {

/// Without what only a superuser may restore and green can do without: comments of extensions,
/// whose owner he may be, schema public itself, which every database has, and our own event
/// triggers, which are blue's guard against DDL.
std::string without_superusers_items(const std::string& list);

}  // namespace cutover
