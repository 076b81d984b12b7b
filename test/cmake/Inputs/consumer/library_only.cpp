#include <cstdio>
#include <gocpp/gocpp.h>

int main() {
    gocpp::chan<int> c;
    gocpp::go([=] { c.send(5); });
    std::printf("library %d\n", c.recv());
}
