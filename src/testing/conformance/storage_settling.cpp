#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

ClaimedJob claimedJob(StorageCase& c) {
  return c.claimNew(JobType::endCalls, std::nullopt, at(1));
}

void renews(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c->renewJob(claimed.job.id, claimed.job.token, at(100)), "the claim is prolonged");
  requireEqual("leasedUntil", c.findJob(claimed.job.id).value().leasedUntil, at(100));
  require(!c.claim(at(99)), "nobody takes it over before");
  require(c.claim(at(101)).has_value(), "somebody takes it over past it");
}

void renewsLostOnes(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c.claim(at(50)).has_value(), "the job is taken over");
  require(!c.unchangedBy([&] { return c->renewJob(claimed.job.id, claimed.job.token, at(200)); }),
          "a lost claim is not prolonged");
  require(!c.unchangedBy([&] { return c->renewJob(JobId{"nothing"}, 1, at(200)); }),
          "an unknown job is not prolonged");
}

void renewsLateOnes(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c->renewJob(claimed.job.id, claimed.job.token, at(100)),
          "a claim past its lease, taken over by nobody, is prolonged");
}

void done(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c.settle(claimed, Settlement::Kind::done, at(2)), "the claim is settled");
  require(!c.findJob(claimed.job.id), "the job is gone");
  require(!c.unchangedBy([&] { return c.settle(claimed, Settlement::Kind::done, at(3)); }),
          "a job that is gone is not settled");
}

void retry(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c.settle(claimed, Settlement::Kind::retry, at(30)), "the claim is settled");
  const Job job = c.findJob(claimed.job.id).value();
  requireEqual("availableAt", job.availableAt, at(30));
  requireEqual("its error", job.lastError, "it went wrong");
  requireEqual("attempts", job.attempts, 1);
  require(!job.leasedUntil && !job.parked, "it is neither leased nor parked");
  require(!c.claim(at(29)), "it is not claimed before its time");
  const auto again = c.claim(at(30));
  require(again.has_value(), "it is claimed at its time");
  requireEqual("attempts of the second claim", again->job.attempts, 2);
  require(again->job.token > claimed.job.token, "the token has grown");
}

void park(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c.settle(claimed, Settlement::Kind::park, at(30)), "the claim is settled");
  const Job job = c.findJob(claimed.job.id).value();
  require(job.parked && !job.leasedUntil, "it is parked and not leased");
  requireEqual("its error", job.lastError, "it went wrong");
  requireEqual("attempts", job.attempts, 1);
}

void tokenGuards(StorageCase& c) {
  const ClaimedJob lost = claimedJob(c);
  const auto holder = c.claim(at(50));
  require(holder.has_value(), "the job is taken over");
  for (const Settlement::Kind kind :
       {Settlement::Kind::done, Settlement::Kind::retry, Settlement::Kind::park}) {
    require(!c.unchangedBy([&] { return c.settle(lost, kind, at(51)); }), "a lost claim settles nothing");
  }
  require(c.settle(*holder, Settlement::Kind::done, at(52)), "the one who holds it settles it");
}

void lateButNotLost(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c.settle(claimed, Settlement::Kind::retry, at(900)),
          "a claim past its lease, taken over by nobody, is settled");
}

void once(StorageCase& c) {
  const ClaimedJob claimed = claimedJob(c);
  require(c.settle(claimed, Settlement::Kind::retry, at(30)), "the claim is settled");
  require(!c.unchangedBy([&] { return c.settle(claimed, Settlement::Kind::park, at(31)); }),
          "a claim that was put back settles nothing more");
  require(!c.unchangedBy([&] { return c->renewJob(claimed.job.id, claimed.job.token, at(99)); }),
          "nor is it prolonged");
}

void retriesOne(StorageCase& c) {
  const ClaimedJob one = claimedJob(c);
  const ClaimedJob other = claimedJob(c);
  c.settle(one, Settlement::Kind::park, at(2));
  c.settle(other, Settlement::Kind::park, at(2));
  requireEqual("how many are retried", c->retryParked(one.job.id, at(60)), std::size_t{1});
  const Job job = c.findJob(one.job.id).value();
  require(!job.parked, "it is no longer parked");
  requireEqual("availableAt", job.availableAt, at(60));
  requireEqual("attempts", job.attempts, 0);
  require(c.findJob(other.job.id).value().parked, "the other stays parked");
  const auto again = c.claim(at(60));
  require(again.has_value(), "it is claimed");
  require(again->job.token > one.job.token, "the token has grown");
}

void retriesAll(StorageCase& c) {
  for (int i = 0; i < 3; ++i) c.settle(claimedJob(c), Settlement::Kind::park, at(2));
  const ClaimedJob running = claimedJob(c);
  requireEqual("how many are retried", c->retryParked(std::nullopt, at(60)), std::size_t{3});
  require(c.parked().empty(), "none is parked");
  requireEqual("the one that runs", c.findJob(running.job.id), running.job);
  requireEqual("how many are retried then", c->retryParked(std::nullopt, at(61)), std::size_t{0});
}

void retriesNothing(StorageCase& c) {
  const ClaimedJob running = claimedJob(c);
  requireEqual("how many of those that run",
               c.unchangedBy([&] { return c->retryParked(running.job.id, at(60)); }), std::size_t{0});
  requireEqual("how many of those unknown",
               c.unchangedBy([&] { return c->retryParked(JobId{"nothing"}, at(60)); }), std::size_t{0});
}

}  // namespace

void checkSettling(StorageChecks& checks) {
  checks.run("renewJob: prolongs a claim", renews);
  checks.run("renewJob: false when the token no longer holds, and nothing changes", renewsLostOnes);
  checks.run("renewJob: a claim holds past its lease until somebody takes it over", renewsLateOnes);
  checks.run("settleJob: done: the row goes", done);
  checks.run("settleJob: retry: available again at its time, with the error, no longer leased", retry);
  checks.run("settleJob: park: parked with the error, no longer leased", park);
  checks.run("settleJob: false when the token no longer holds, and nothing changes", tokenGuards);
  checks.run("settleJob: a claim holds past its lease until somebody takes it over", lateButNotLost);
  checks.run("settleJob: a claim is settled once", once);
  checks.run("retryParked: makes the given job available now, with no attempts", retriesOne);
  checks.run("retryParked: makes all parked jobs available, and no other", retriesAll);
  checks.run("retryParked: of what is not parked, nothing", retriesNothing);
}

}  // namespace messenger::testing
