#include "common/postgres/rows.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace cutover::postgres {

struct Rows::Impl {
  ResultHandle result;
};

namespace {

/// By exact name: libpq's own PQfnumber folds case.
int column_called(PGresult* result, std::string_view name) {
  for (int column = 0; column < PQnfields(result); ++column)
    if (name == PQfname(result, column)) return column;
  throw std::logic_error(fmt::format("the result has no column \"{}\"", name));
}

}  // namespace

Rows make_rows(ResultHandle result) {
  return Rows(std::make_shared<const Rows::Impl>(Rows::Impl{std::move(result)}));
}

Rows::Rows(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

std::size_t Rows::size() const {
  return impl_ ? static_cast<std::size_t>(PQntuples(impl_->result.get())) : 0;
}

std::size_t Rows::columns() const {
  return impl_ ? static_cast<std::size_t>(PQnfields(impl_->result.get())) : 0;
}

std::string_view Rows::column_name(std::size_t column) const {
  if (column >= columns()) throw std::logic_error("the result has no such column");
  return PQfname(impl_->result.get(), static_cast<int>(column));
}

std::optional<std::string_view> Rows::at(std::size_t row, std::string_view column) const {
  if (row >= size()) throw std::logic_error("the result has no such row");
  const int number = column_called(impl_->result.get(), column);
  return at(row, static_cast<std::size_t>(number));
}

std::optional<std::string_view> Rows::at(std::size_t row, std::size_t column) const {
  if (row >= size() || column >= columns()) throw std::logic_error("the result has no such value");
  PGresult* result = impl_->result.get();
  const int r = static_cast<int>(row);
  const int c = static_cast<int>(column);
  if (PQgetisnull(result, r, c)) return std::nullopt;
  return std::string_view(PQgetvalue(result, r, c),
                          static_cast<std::size_t>(PQgetlength(result, r, c)));
}

std::string Rows::text(std::size_t row, std::string_view column) const {
  return std::string(at(row, column).value_or(std::string_view()));
}

std::string_view Rows::tag() const {
  return impl_ ? std::string_view(PQcmdStatus(impl_->result.get())) : std::string_view();
}

std::size_t Rows::affected() const {
  const auto verb = tag().substr(0, tag().find(' '));
  if (verb != "INSERT" && verb != "UPDATE" && verb != "DELETE" && verb != "MERGE") return 0;
  const std::string_view digits = PQcmdTuples(impl_->result.get());
  std::size_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return count;
}

}  // namespace cutover::postgres
