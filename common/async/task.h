// The coroutine type of both programs. One co_await per statement, its result in a named variable
// (g++ 12 miscompiles more).
#pragma once

#include <boost/asio/awaitable.hpp>

namespace cutover {

template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace cutover
