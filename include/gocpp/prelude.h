// What a .gcpp file that uses the syntax sees: all of gocpp, and the channel types' names without their namespace.
#pragma once

#include <gocpp/gocpp.h>

using gocpp::chan;
using gocpp::make_chan;
using gocpp::recv_chan;
using gocpp::send_chan;
