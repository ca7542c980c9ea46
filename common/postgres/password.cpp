// password_of: libpq looks the password up when it starts to connect, and shows it then.
#include <libpq-fe.h>

#include <memory>

#include "common/postgres/connection.h"
#include "common/postgres/conninfo.h"

namespace cutover::postgres {

Result<std::optional<std::string>> password_of(const std::string& conninfo) {
  const auto readable = given_parameters(conninfo);
  if (!readable) return readable.error();
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectStart(conninfo.c_str()),
                                                                &PQfinish);
  const char* password = connection ? PQpass(connection.get()) : nullptr;
  if (!password || *password == '\0') return std::optional<std::string>();
  return std::optional<std::string>(password);
}

}  // namespace cutover::postgres
