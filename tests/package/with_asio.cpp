#include <messenger/asio/executor.hpp>
#include <messenger/asio/lane.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

/// A program whose verbs must not wait on its loop.
std::future<std::size_t> callsOnPool(messenger::Messenger& messenger, boost::asio::thread_pool& pool) {
  const messenger::AsioLane lane{messenger, pool.get_executor(), pool.get_executor()};
  return lane.run([](messenger::Messenger& m) { return m.host().activeCalls(0, 10).size(); },
                  boost::asio::use_future);
}
