-- Tries the client of the language server in a Neovim without a screen, on a file with a mistake in its last line.
require("gocpp")
vim.cmd("edit " .. vim.env.SOURCE)
print("filetype " .. vim.bo.filetype)
local function wait_for(what, condition)
  if not vim.wait(60000, condition, 20) then print("waited in vain for " .. what) vim.cmd("cquit") end
end
wait_for("a diagnostic", function() return #vim.diagnostic.get(0) > 0 end)
for _, d in ipairs(vim.diagnostic.get(0)) do print((d.lnum + 1) .. ":" .. (d.col + 1) .. ": " .. d.message) end

local at = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 4, character = 7 } }
local answers
wait_for("hover", function()
  answers = vim.lsp.buf_request_sync(0, "textDocument/hover", at, 1000)
  local _, first = next(answers or {})
  return first and first.result
end)
local _, answer = next(answers)
print("hover: " .. vim.inspect(answer.result.contents.value))

-- What is typed reaches the server.
vim.api.nvim_buf_set_lines(0, 6, 7, false, { "    return 0;" })
wait_for("no diagnostic", function() return #vim.diagnostic.get(0) == 0 end)
print("mended")
local clients = vim.tbl_count(vim.lsp.buf_get_clients(0))
vim.cmd("edit " .. vim.env.SECOND)
print(clients .. " client, " .. vim.tbl_count(vim.lsp.get_active_clients()) .. " for two files")
vim.cmd("qall!")
