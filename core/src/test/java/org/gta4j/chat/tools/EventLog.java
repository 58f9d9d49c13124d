package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;

/** Writes events down, with pieces of the same kind joined. */
final class EventLog implements AnswerEvents {
  private final List<String> lines = new ArrayList<>();
  private String kind = "";

  private void add(String newKind, String text) {
    if (kind.equals(newKind)) {
      lines.set(lines.size() - 1, lines.getLast() + text);
    } else {
      lines.add(newKind + ": " + text);
    }
    kind = newKind;
  }

  private void once(String line) {
    lines.add(line);
    kind = "";
  }

  private static void require(String piece) {
    if (piece.isEmpty() || Character.isHighSurrogate(piece.charAt(piece.length() - 1))) {
      throw new AssertionError("a piece that is empty or ends within a character: " + piece);
    }
  }

  @Override
  public void reasoning(String text) {
    require(text);
    add("reasoning", text);
  }

  @Override
  public void content(String text) {
    require(text);
    add("content", text);
  }

  @Override
  public void callBegan(int index, String name) {
    once("call %d %s".formatted(index, name));
  }

  @Override
  public void argumentsPiece(int index, String text) {
    require(text);
    add("arguments %d".formatted(index), text);
  }

  @Override
  public void callEnded(int index) {
    once("end %d".formatted(index));
  }

  @Override
  public void callBroken(int index, Fault fault, String text) {
    once("broken %d %s: %s".formatted(index, fault, text));
  }

  List<String> lines() {
    return lines;
  }
}
