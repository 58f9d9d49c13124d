package org.gta4j.server.page;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link ChatPage}: one browser for all of them, a tab of its own and empty storage
 * for each. After every test it looks whether the page asked another host for anything, or had an
 * error that the test did not expect.
 */
public final class WithBrowser implements BeforeAllCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(WithBrowser.class);

  private static Browser browser(ExtensionContext context) {
    // The root's: it is closed when all tests of the JVM have ended.
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Browser.class, key -> Browser.start(), Browser.class);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    browser(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ChatPage.class;
  }

  @Override
  public ChatPage resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Store store = context.getStore(NAMESPACE);
    return store.computeIfAbsent(
        ChatPage.class, key -> new ChatPage(browser(context).driver()), ChatPage.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    ChatPage page = context.getStore(NAMESPACE).get(ChatPage.class, ChatPage.class);
    if (page != null) {
      page.end(context.getExecutionException().isEmpty());
    }
  }
}
