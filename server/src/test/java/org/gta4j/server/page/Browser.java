package org.gta4j.server.page;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.SessionNotCreatedException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A Chromium without a window, and what drives it. Both are those of the machine, so that nothing
 * is downloaded: {@code -Dgta.chromium=FILE -Dgta.chromedriver=FILE} name them, else they are
 * looked for on the path. Tests that need them are skipped where they are not.
 */
final class Browser implements AutoCloseable {
  private static final List<String> BROWSERS =
      List.of(
          "chromium",
          "chromium-browser",
          "google-chrome",
          "google-chrome-stable",
          "chrome",
          "chromium.exe",
          "chrome.exe");
  private static final List<String> DRIVERS =
      List.of("chromedriver", "chromium.chromedriver", "chromedriver.exe");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts one, or has the test skipped. */
  static Browser start() {
    Path chromium = find("gta.chromium", BROWSERS);
    Path chromedriver = find("gta.chromedriver", DRIVERS);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver.toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    try {
      return new Browser(new ChromeDriver(service, options(chromium)));
    } catch (SessionNotCreatedException e) {
      service.stop();
      if (isNamed()) {
        throw e;
      }
      return Assumptions.abort(
          "the chat page is not tested: %s and %s do not start together: %s"
              .formatted(chromium, chromedriver, e.getRawMessage()));
    } catch (WebDriverException e) {
      service.stop();
      throw e;
    }
  }

  private static boolean isNamed() {
    return System.getProperty("gta.chromium") != null
        || System.getProperty("gta.chromedriver") != null;
  }

  private static Path find(String property, List<String> names) {
    String named = System.getProperty(property);
    if (named != null) {
      if (!Files.isExecutable(Path.of(named))) {
        throw new IllegalArgumentException(
            "%s: expected a program, found %s".formatted(property, named));
      }
      return Path.of(named);
    }
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(Pattern.quote(File.pathSeparator)))
        .filter(folder -> !folder.isEmpty())
        .flatMap(folder -> names.stream().map(Path.of(folder)::resolve))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseGet(() ->
            Assumptions.abort(
                "the chat page is not tested: there is no %s on the path; -D%s=FILE names one"
                    .formatted(String.join(", ", names.subList(0, 1)), property)));
  }

  private static ChromeOptions options(Path chromium) {
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless=new",
        "--window-size=1280,800",
        // It sees this project's page alone, and root and containers have no sandbox.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--lang=en-US");
    return options;
  }

  ChromeDriver driver() {
    return driver;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
