// Everything of gocpp in one include. A .gcpp file that uses the syntax gets it by itself.
#pragma once

#include <gocpp/blocking.h>
#include <gocpp/chan.h>
#include <gocpp/context.h>
#include <gocpp/detail/abi.h>
#include <gocpp/detail/errno.h>
#include <gocpp/go.h>
#include <gocpp/panic.h>
#include <gocpp/runtime.h>
#include <gocpp/select.h>
#include <gocpp/sync.h>
#include <gocpp/task_group.h>
#include <gocpp/time.h>
