// What a migration could leave behind, as text: two of them are compared.
#pragma once

#include <string>

namespace cutover::tests {

/// Schemas, relations with their replica identities, triggers, event triggers, functions,
/// publications, subscriptions, slots, origins and settings of one database, one a line.
std::string catalogue_of(const std::string& conninfo);

}  // namespace cutover::tests
