-- Neovim's own LSP client for gocpp. Copy this into your configuration, or `require` it; see docs/editors.md.
vim.filetype.add({ extension = { gcpp = "gocpp", gh = "gocpp" } })

vim.api.nvim_create_autocmd("FileType", {
  pattern = "gocpp",
  callback = function(args)
    local markers = { "compile_commands.json", "CMakeLists.txt", ".clang-format", ".git" }
    local found = vim.fs.find(markers, { upward = true, path = vim.api.nvim_buf_get_name(args.buf) })[1]
    vim.bo[args.buf].commentstring = "// %s"
    vim.lsp.start({
      name = "gocpp",
      cmd = { "gocpp", "lsp" },
      root_dir = found and vim.fs.dirname(found) or vim.fn.getcwd(),
    })
  end,
})
