# One story in four stays as it is; the others get blank lines between paragraphs, and every other time three of them make one document.
function flush_group() { if (group != "") { print group; print "<|endoftext|>"; group = ""; grouped = 0 } }
BEGIN { RS = "<\\|endoftext\\|>"; wanted = 1 }
{
  gsub(/^[ \n\r\t]+|[ \n\r\t]+$/, "")
  if ($0 == "") next
  story++
  if (story % 4 == 0) { print; print "<|endoftext|>"; next }
  gsub(/\n+/, "\n\n")
  group = group == "" ? $0 : group "\n\n" $0
  if (++grouped == wanted) { flush_group(); wanted = 4 - wanted }
}
END { flush_group() }
