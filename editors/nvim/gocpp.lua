-- Neovim's own LSP client for gocpp, for Neovim 0.7 and later. Copy this into your configuration, or `require` it; see docs/editors.md.
vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = { "*.gcpp", "*.gh" },
  callback = function() vim.bo.filetype = "gocpp" end,
})

-- The nearest directory above a file that holds what the server or a build looks for.
local function root_of(buffer)
  local from = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":p:h")
  local directory = from
  while true do
    for _, marker in ipairs({ "compile_commands.json", "CMakeLists.txt", ".clang-format", ".git" }) do
      if vim.loop.fs_stat(directory .. "/" .. marker) then return directory end
    end
    local above = vim.fn.fnamemodify(directory, ":h")
    if above == directory then return from end
    directory = above
  end
end

local clients = {}  -- by root, where Neovim does not know them so itself

local function start(buffer)
  local config = { name = "gocpp", cmd = { "gocpp", "lsp" }, root_dir = root_of(buffer) }
  if vim.lsp.start then return vim.lsp.start(config) end
  local root = config.root_dir
  if not clients[root] or vim.lsp.client_is_stopped(clients[root]) then
    clients[root] = vim.lsp.start_client(config)
  end
  vim.lsp.buf_attach_client(buffer, clients[root])
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = "gocpp",
  callback = function(args)
    vim.bo[args.buf].commentstring = "// %s"
    start(args.buf)
  end,
})
