package org.gta4j.plot;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A plot's colours, all of them different.
 *
 * @param background behind everything
 * @param text of titles and labels
 * @param grid of lines behind the data
 * @param series of the data, in their order
 */
record Palette(Color background, Color text, Color grid, List<Color> series) {
  /** On a white page. */
  static final Palette LIGHT =
      new Palette(
          Color.WHITE,
          new Color(0x24292f),
          new Color(0xd8dce0),
          colors(0x1f77b4, 0xd9660a, 0x2a8f3c, 0xc0282d, 0x7f4fb0, 0x7a5230, 0xc2529c, 0x6b6b6b));

  /** On a dark page: the same colours in the same order, lighter. */
  static final Palette DARK =
      new Palette(
          new Color(0x161b22),
          new Color(0xe0e4e8),
          new Color(0x3a414a),
          colors(0x6cb6ff, 0xffa657, 0x6fdd8b, 0xff8a85, 0xc8a2ff, 0xd3a784, 0xf79bd3, 0xb8bec6));

  /** Copies the list. */
  Palette {
    series = List.copyOf(series);
  }

  private static List<Color> colors(int... rgb) {
    return Arrays.stream(rgb).mapToObj(Color::new).toList();
  }

  /** All colours; the same place is the same role in every palette. */
  List<Color> all() {
    List<Color> all = new ArrayList<>(List.of(background, text, grid));
    all.addAll(series);
    return all;
  }
}
