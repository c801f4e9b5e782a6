#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/async_base.hpp>
#include <boost/beast/core/buffers_prefix.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <cstddef>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "frame_meter.hpp"

namespace call_server {

/// The connection below a WebSocket. Beast answers pings and joins fragments by itself, without telling
/// anybody, so their frames are counted here, as they arrive. Confined to its strand.
class MeteredStream {
 public:
  using next_layer_type = boost::beast::tcp_stream;
  using executor_type = next_layer_type::executor_type;
  /// Gets the number of frames that have begun; false ends the connection.
  using Admit = std::function<bool(std::size_t)>;

  explicit MeteredStream(next_layer_type next) : next_(std::move(next)) {}

  void onFrames(Admit admit) { admit_ = std::move(admit); }

  // Beast asks for these names. NOLINTBEGIN(readability-identifier-naming)
  executor_type get_executor() noexcept { return next_.get_executor(); }
  next_layer_type& next_layer() noexcept { return next_; }
  const next_layer_type& next_layer() const noexcept { return next_; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    Read<Buffers, std::decay_t<Handler>>(*this, buffers, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    next_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  template <class Handler>
  friend void async_teardown(boost::beast::role_type role, MeteredStream& stream, Handler&& handler) {
    using boost::beast::websocket::async_teardown;
    async_teardown(role, stream.next_, std::forward<Handler>(handler));
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  using Error = boost::beast::error_code;

  [[nodiscard]] bool admits(std::string_view bytes) {
    const std::size_t frames = meter_.count(bytes);
    return frames == 0 || !admit_ || admit_(frames);
  }

  /// Counts what one read has brought before Beast sees it.
  template <class Buffers, class Handler>
  class Read : public boost::beast::async_base<Handler, executor_type> {
   public:
    Read(MeteredStream& stream, const Buffers& buffers, Handler handler)
        : boost::beast::async_base<Handler, executor_type>(std::move(handler), stream.get_executor()),
          stream_(stream),
          buffers_(buffers) {
      stream.next_.async_read_some(buffers, std::move(*this));
    }

    void operator()(Error error, std::size_t bytes) {
      bool admitted = true;
      for (const boost::asio::const_buffer part :
           boost::beast::buffers_range(boost::beast::buffers_prefix(bytes, buffers_))) {
        admitted = stream_.admits({static_cast<const char*>(part.data()), part.size()}) && admitted;
      }
      if (!error && !admitted) error = boost::asio::error::connection_aborted;
      this->complete_now(error, bytes);
    }

   private:
    MeteredStream& stream_;
    Buffers buffers_;
  };

  next_layer_type next_;
  FrameMeter meter_;
  Admit admit_;
};

}  // namespace call_server
