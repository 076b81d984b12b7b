#include "header_only.gh"

#include <cstdio>
#include <unistd.h>

int main() {
    usleep(1);
    std::printf("header %d\n", six());
}
