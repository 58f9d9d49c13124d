/**
 * An engine as langchain4j's chat models, in the same process:
 *
 * <pre>{@code
 * interface Cook {
 *   Recipe invent(String wish);
 * }
 *
 * try (LanguageModel model = LanguageModel.load(Path.of("model.gguf"));
 *     Engine engine = new Engine(model, new EngineSettings(1L << 30, 8, 64, true))) {
 *   ChatModel chat = new GtaChatModel(engine, GtaChatOptions.of("m"));
 *   Cook cook = AiServices.create(Cook.class, chat);
 *   Recipe soup = cook.invent("a soup for a cold day"); // held to Recipe's schema while it is written
 * }
 * }</pre>
 *
 * <p>Everything that {@link dev.langchain4j.model.chat.request.ChatRequestParameters} knows works,
 * and nothing is passed over silently: a request for something else is an {@link
 * dev.langchain4j.exception.UnsupportedFeatureException}.
 */
@NullMarked
package org.gta4j.langchain4j;

import org.jspecify.annotations.NullMarked;
