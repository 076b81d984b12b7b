// The synchronisation types, spelled as the standard library spells them. All of them work for goroutines,
// which park, and for plain threads, which block, and between the two.
#pragma once

#include <gocpp/condition_variable.h>
#include <gocpp/latch.h>
#include <gocpp/mutex.h>
#include <gocpp/semaphore.h>
#include <gocpp/shared_mutex.h>
#include <gocpp/wait_group.h>
