#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

std::vector<JobId> ids(const std::vector<Job>& jobs) {
  std::vector<JobId> result;
  result.reserve(jobs.size());
  for (const Job& job : jobs) result.push_back(job.id);
  return result;
}

NewJob add(StorageCase& c, TimePoint availableAt) {
  NewJob job = c.newJob(JobType::endCalls, std::nullopt, availableAt);
  c->addJob(job);
  return job;
}

void inTheOrderOfStoring(StorageCase& c) {
  const NewJob one = add(c, at(9));
  const NewJob two = add(c, at(1));
  const NewJob three = add(c, at(5));
  const std::vector<Job> jobs = c.jobs();
  requireEqual("the jobs", ids(jobs), {one.id, two.id, three.id});
  require(0 < jobs[0].sequence && jobs[0].sequence < jobs[1].sequence && jobs[1].sequence < jobs[2].sequence,
          "their sequences grow");
}

void pages(StorageCase& c) {
  std::vector<JobId> all;
  all.reserve(7);
  for (int i = 0; i < 7; ++i) all.push_back(add(c, at(i)).id);
  std::vector<JobId> seen;
  std::int64_t after = 0;
  for (int page = 0; page < 4; ++page) {
    const std::vector<Job> jobs = c->jobs({false, after, 3});
    requireEqual("the size of a page", jobs.size(), std::size_t{page < 2 ? 3U : (page == 2 ? 1U : 0U)});
    for (const Job& job : jobs) {
      seen.push_back(job.id);
      after = job.sequence;
    }
  }
  requireEqual("what the pages have", seen, all);
  require(c->jobs({false, 0, 0}).empty(), "a limit of nothing gives nothing");
}

void parkedApart(StorageCase& c) {
  const ClaimedJob parked = c.claimNew(JobType::endCalls, std::nullopt, at(0));
  c.settle(parked, Settlement::Kind::park, at(0));
  const ClaimedJob running = c.claimNew(JobType::endCalls, std::nullopt, at(0));
  const NewJob waiting = add(c, at(9));
  requireEqual("those that are not parked", ids(c.jobs()), {running.job.id, waiting.id});
  requireEqual("those that are", ids(c.parked()), {parked.job.id});
  require(c->jobs({true, parked.job.sequence, 10}).empty(), "nothing comes behind the last one");
}

void sequenceIsNotReused(StorageCase& c) {
  const NewJob first = add(c, at(0));
  const NewJob kept = add(c, at(1));
  const std::int64_t highest = c.findJob(kept.id).value().sequence;
  c.settle(c.claimJob(first.id, at(2)).value(), Settlement::Kind::done, at(2));
  require(c.findJob(add(c, at(3)).id).value().sequence > highest, "a new job's sequence is the highest");
}

void counts(StorageCase& c) {
  c.settle(c.claimNew(JobType::endCalls, std::nullopt, at(0)), Settlement::Kind::park, at(0));
  const ClaimedJob running = c.claimNew(JobType::endCalls, std::nullopt, at(1));
  add(c, at(50));
  add(c, at(40));
  JobCounts counts = c->jobCounts("calls", at(2));
  requireEqual("waiting", counts.waiting, std::size_t{2});
  requireEqual("running", counts.running, std::size_t{1});
  requireEqual("parked", counts.parked, std::size_t{1});
  requireEqual("the next", counts.nextAt, at(40));
  // Past its lease it does not run any more: it waits for somebody who takes it over.
  counts = c->jobCounts("calls", at(100));
  requireEqual("waiting past the lease", counts.waiting, std::size_t{3});
  requireEqual("running past the lease", counts.running, std::size_t{0});
  requireEqual("the next past the lease", counts.nextAt, running.job.availableAt);
}

void countsByQueue(StorageCase& c) {
  add(c, at(1));
  const JobCounts counts = c->jobCounts("others", at(2));
  requireEqual("waiting", counts.waiting, std::size_t{0});
  requireEqual("running", counts.running, std::size_t{0});
  requireEqual("parked", counts.parked, std::size_t{0});
  requireEqual("the next", counts.nextAt, std::nullopt);
}

}  // namespace

void checkListingJobs(StorageChecks& checks) {
  checks.run("jobs: come in the order of storing", inTheOrderOfStoring);
  checks.run("jobs: come in pages, each behind the last one's sequence", pages);
  checks.run("jobs: parked ones, or those that are not", parkedApart);
  checks.run("jobs: a sequence is not given twice", sequenceIsNotReused);
  checks.run("jobCounts: waiting, running, parked, and when the next one is available", counts);
  checks.run("jobCounts: counts one queue", countsByQueue);
}

}  // namespace messenger::testing
