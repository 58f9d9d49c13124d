package org.gta4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Holds what others can depend on together: modules that are published, and the list of them. */
class PublishedTest {
  private static final Path ROOT = Path.of("..");
  private static final String OURS = "gta4j-";

  /** The POMs of modules that are published, by their folders. */
  private static final Map<String, Element> PUBLISHED = new TreeMap<>();

  @BeforeAll
  static void read() throws Exception {
    for (Element module : all(pom("."), "module")) {
      Element pom = pom(module.getTextContent());
      if (all(pom, "maven.deploy.skip").stream()
          .anyMatch(e -> e.getTextContent().equals("false"))) {
        PUBLISHED.put(module.getTextContent(), pom);
      }
    }
    assertThat(PUBLISHED).containsKeys("bom", "core", "native").doesNotContainKeys("cli", "bench");
  }

  private static Element pom(String folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(ROOT.resolve(folder).resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  private static List<Element> all(Element within, String name) {
    NodeList found = within.getElementsByTagName(name);
    return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
  }

  private static String text(Element within, String name) {
    return all(within, name).stream().map(Element::getTextContent).findFirst().orElse("");
  }

  private static Element published(String module) {
    return Objects.requireNonNull(PUBLISHED.get(module), module);
  }

  /** Modules with classes, without the list of them. */
  private static Set<String> modules() {
    Set<String> modules = new TreeSet<>(PUBLISHED.keySet());
    modules.remove("bom");
    return modules;
  }

  @Test
  void theBomListsWhatIsPublishedAndNothingElse() {
    assertThat(all(published("bom"), "dependency"))
        .extracting(dependency -> text(dependency, "artifactId"))
        .containsExactlyInAnyOrderElementsOf(modules().stream().map(name -> OURS + name).toList());
  }

  @Test
  void whatIsPublishedNeedsNothingOfOursThatIsNot() {
    for (String module : modules()) {
      assertThat(all(published(module), "dependency"))
          .as(module)
          .filteredOn(dependency -> !text(dependency, "scope").equals("test"))
          .extracting(dependency -> text(dependency, "artifactId"))
          .filteredOn(name -> name.startsWith(OURS))
          .allMatch(name -> PUBLISHED.containsKey(name.substring(OURS.length())));
    }
  }

  /** A package in two jars can be loaded from neither as a module. */
  @Test
  void noPackageIsInTwoJars() throws IOException {
    Map<String, List<String>> owners = new TreeMap<>();
    for (String module : modules()) {
      Path classes = ROOT.resolve(module).resolve("target").resolve("classes");
      try (Stream<Path> files = Files.walk(classes)) {
        files
            .filter(file -> file.toString().endsWith(".class"))
            .map(file -> classes.relativize(file.getParent()).toString())
            .filter(name -> !name.isEmpty()) // module-info
            .distinct()
            .forEach(name -> owners.computeIfAbsent(name, n -> new ArrayList<>()).add(module));
      }
    }
    assertThat(owners).hasSizeGreaterThan(30).allSatisfy((name, in) -> assertThat(in).hasSize(1));
  }

  /** A module's name is for good: it must not come from the name of a file. */
  @Test
  void everyJarNamesItsModule() {
    for (String module : modules()) {
      boolean isNamed =
          Files.exists(ROOT.resolve(module).resolve("src/main/java/module-info.java"))
              || !text(published(module), "Automatic-Module-Name").isEmpty();
      assertThat(isNamed).as(module).isTrue();
    }
  }
}
