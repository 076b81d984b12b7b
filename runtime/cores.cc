// How many cores this process may use: its affinity, and the CPU quota of its cgroup and of every one above.

#include "sched.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstdio>
#include <cstring>
#include <sched.h>
#include <string>

namespace gocpp::rt {

namespace {

/// The first line of a small file, without its newline; empty when it cannot be read.
std::string first_line(const std::string& path) {
  std::string line;
  if (FILE* f = std::fopen(path.c_str(), "re")) {
    char buffer[512];
    if (std::fgets(buffer, sizeof buffer, f)) line = buffer;
    std::fclose(f);
  }
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

/// Cores that `quota` of every `period` microseconds make; 0 for no limit.
double quota_cores(const char* quota, const char* period) {
  double q = std::atof(quota), p = std::atof(period);
  return q > 0 && p > 0 ? q / p : 0;
}

/// cgroup v2: cpu.max holds "QUOTA PERIOD" or "max PERIOD". The tightest limit on the way up counts.
double limit_v2(std::string group) {
  double tightest = 0;
  for (;;) {
    std::string line = first_line("/sys/fs/cgroup" + group + "/cpu.max");
    if (auto space = line.find(' '); space != std::string::npos && line.compare(0, 3, "max") != 0) {
      double cores = quota_cores(line.c_str(), line.c_str() + space + 1);
      if (cores > 0 && (tightest == 0 || cores < tightest)) tightest = cores;
    }
    if (group.empty() || group == "/") return tightest;
    group.erase(group.find_last_of('/'));
  }
}

double limit_v1(std::string group) {
  double tightest = 0;
  for (;;) {
    std::string base = "/sys/fs/cgroup/cpu" + group;
    double cores = quota_cores(first_line(base + "/cpu.cfs_quota_us").c_str(),
                               first_line(base + "/cpu.cfs_period_us").c_str());
    if (cores > 0 && (tightest == 0 || cores < tightest)) tightest = cores;
    if (group.empty() || group == "/") return tightest;
    group.erase(group.find_last_of('/'));
  }
}

double cgroup_limit() {
  double tightest = 0;
  FILE* f = std::fopen("/proc/self/cgroup", "re");
  if (!f) return 0;
  char line[1024];
  while (std::fgets(line, sizeof line, f)) {
    line[std::strcspn(line, "\n")] = 0;
    char* controllers = std::strchr(line, ':');
    char* path = controllers ? std::strchr(controllers + 1, ':') : nullptr;
    if (!path) continue;
    std::string names(controllers + 1, path);
    double cores = names.empty() ? limit_v2(path + 1)
                   : ("," + names + ",").find(",cpu,") != std::string::npos ? limit_v1(path + 1)
                                                                            : 0;
    if (cores > 0 && (tightest == 0 || cores < tightest)) tightest = cores;
  }
  std::fclose(f);
  return tightest;
}

} // namespace

int usable_cores() noexcept {
  // The mask may be wider than cpu_set_t: ask with room for 8192.
  alignas(cpu_set_t) unsigned char mask[1024] = {};
  auto* set = reinterpret_cast<cpu_set_t*>(mask);
  int cores = sched_getaffinity(0, sizeof mask, set) == 0 ? CPU_COUNT_S(sizeof mask, set) : 1;
  try {
    if (double limit = cgroup_limit(); limit > 0)
      cores = std::min(cores, static_cast<int>(std::ceil(limit)));
  } catch (...) {
    // No memory for a path: the affinity alone decides.
  }
  return std::clamp(cores, 1, kMaxProcs);
}

} // namespace gocpp::rt
