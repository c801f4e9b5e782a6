#include "messenger/testing/forwarding_storage.hpp"

#include <stdexcept>
#include <utility>

namespace messenger::inline v0::testing {

ForwardingStorage::ForwardingStorage(std::shared_ptr<Storage> inner) : inner_(std::move(inner)) {
  if (!inner_) throw std::invalid_argument("a forwarding storage needs a storage");
}

}  // namespace messenger::testing
