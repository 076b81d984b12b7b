// See gdb_object.h.

#include "gdb_object.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <cstring>
#include <string>

using namespace llvm::ELF;

namespace gocpp::tool {

namespace {

template <class T> llvm::StringRef bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Relocatable ELF for x86-64 whose sections are the script's entry, the mark that no stack need be
/// executable, and names.
std::string object_that_names(llvm::StringRef script) {
  constexpr char kEntryIsPythonFile = 1; // SECTION_SCRIPT_ID_PYTHON_FILE of gdb/auto-load.c
  std::string entry = kEntryIsPythonFile + script.str() + '\0';
  constexpr char kNames[] = "\0.debug_gdb_scripts\0.note.GNU-stack\0.shstrtab";
  const std::string names(kNames, sizeof kNames);
  auto name = [&](const char* of) { return static_cast<Elf64_Word>(names.find(of)); };

  Elf64_Ehdr header = {};
  std::array<Elf64_Shdr, 4> sections = {};
  std::memcpy(header.e_ident, ElfMagic, 4);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_ident[EI_OSABI] = ELFOSABI_GNU;
  header.e_type = ET_REL;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_shoff = sizeof header;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = sections.size();
  header.e_shstrndx = sections.size() - 1;

  // Retained, since nothing refers to it; merged, so that objects with the same entry leave one.
  sections[1].sh_name = name(".debug_gdb_scripts");
  sections[1].sh_type = SHT_PROGBITS;
  sections[1].sh_flags = SHF_ALLOC | SHF_MERGE | SHF_STRINGS | SHF_GNU_RETAIN;
  sections[1].sh_offset = sizeof header + sizeof sections;
  sections[1].sh_size = entry.size();
  sections[1].sh_entsize = 1;
  sections[2].sh_name = name(".note.GNU-stack");
  sections[2].sh_type = SHT_PROGBITS;
  sections[2].sh_offset = sections[1].sh_offset + sections[1].sh_size;
  sections[3].sh_name = name(".shstrtab");
  sections[3].sh_type = SHT_STRTAB;
  sections[3].sh_offset = sections[2].sh_offset;
  sections[3].sh_size = names.size();
  for (Elf64_Shdr& s : sections)
    s.sh_addralign = 1;
  return (bytes_of(header) + bytes_of(sections) + entry + names).str();
}

} // namespace

bool GdbObject::make(llvm::StringRef script) {
  int file = -1;
  if (!llvm::sys::fs::exists(script) || llvm::sys::fs::createTemporaryFile("gocpp-gdb", "o", file, path_))
    return false;
  llvm::sys::RemoveFileOnSignal(path_);
  llvm::raw_fd_ostream out(file, /*shouldClose=*/true);
  out << object_that_names(script);
  out.close();
  bool failed = out.has_error();
  out.clear_error();
  return !failed;
}

GdbObject::~GdbObject() {
  if (path_.empty())
    return;
  llvm::sys::fs::remove(path_);
  llvm::sys::DontRemoveFileOnSignal(path_);
}

} // namespace gocpp::tool
