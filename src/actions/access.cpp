#include "actions/actions.hpp"

namespace messenger::actions {

Result<Caller> findThreadCaller(Context& context, const ThreadId& thread, const UserId& user) {
  auto found = context.threads.findThread(thread);
  if (!found) return refuse(Reason::threadNotFound);
  auto member = context.threads.findMember(thread, user);
  if (!member) return refuse(Reason::notMember);
  return Caller{std::move(*found), std::move(*member), {}};
}

Result<Caller> findCaller(Context& context, const CallId& call, const UserId& user) {
  auto seen = context.storage.findCall(call, user);
  if (!seen) return refuse(Reason::callNotFound);
  auto caller = findThreadCaller(context, seen->call.threadId, user);
  if (caller) caller->seen = std::move(*seen);
  return caller;
}

}  // namespace messenger::actions
