// The tables of our own: schema `cutover`, the same shape on both sides, every row naming its side;
// and the fence. All DDL of the protocol is here.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"

namespace cutover {

/// CREATE … IF NOT EXISTS of the schema, `cutover.run` and one marker table per publication: two
/// publications that shared one would have the same change applied twice.
std::string own_schema_sql(const std::vector<SubscriptionConfig>& subscriptions);

/// This side's rows, where missing. The markers' are only ever updated afterwards.
std::string own_rows_sql(const std::string& colour,
                         const std::vector<SubscriptionConfig>& subscriptions);

/// prefix + name + suffix, the name shortened with a hash of it where that exceeds 63 bytes.
std::string fitting_identifier(const std::string& prefix, const std::string& name,
                               const std::string& suffix);

/// Name, without schema, of the marker table of a publication; never longer than 63 bytes.
std::string marker_table_name(const std::string& publication);
/// cutover."marker_<publication>", quoted.
std::string marker_table(const std::string& publication);

/// The trigger's name on every published table, and its function in schema `cutover`; both
/// unquoted.
std::string fence_trigger_name(const std::string& colour);
std::string fence_function_name(const std::string& colour);

/// What an apply worker brings for rows of `table` that speak of its own side is left out: only
/// that side writes them, so that an echo never takes the epoch back, nor stops the worker.
std::string own_row_guard_sql(const std::string& colour, const std::string& table = "cutover.run");

/// The function that refuses writes (25006) once this side's row in `cutover.run` says fenced.
std::string fence_function_sql(const std::string& colour);

/// `table` is quoted and qualified.
std::string create_fence_trigger_sql(const std::string& colour, const std::string& table);
std::string drop_fence_trigger_sql(const std::string& colour, const std::string& table);

/// "schema"."name"
std::string quoted_name(const std::string& schema, const std::string& name);
/// 'a', 'b' – or NULL when there are none, so that IN (…) stays legal and is never true.
std::string list_of_literals(const std::vector<std::string>& texts);

}  // namespace cutover
