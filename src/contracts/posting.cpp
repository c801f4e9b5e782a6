#include "messenger/contracts/posting.hpp"

namespace messenger::inline v0 {
namespace {

class PostingBroadcaster final : public Broadcaster {
 public:
  PostingBroadcaster(std::shared_ptr<Executor> loop, std::shared_ptr<Broadcaster> broadcaster)
      : loop_(std::move(loop)), broadcaster_(std::move(broadcaster)) {}

  void broadcast(const Broadcast& broadcast) override {
    loop_->post([broadcaster = broadcaster_, broadcast] { broadcaster->broadcast(broadcast); });
  }

 private:
  std::shared_ptr<Executor> loop_;
  std::shared_ptr<Broadcaster> broadcaster_;
};

}  // namespace

std::shared_ptr<Broadcaster> postingBroadcaster(std::shared_ptr<Executor> loop,
                                                std::shared_ptr<Broadcaster> broadcaster) {
  return std::make_shared<PostingBroadcaster>(std::move(loop), std::move(broadcaster));
}

}  // namespace messenger
