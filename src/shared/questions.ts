/** What a tool panel and its host say of the questions that a server asks while a call runs. Types only for the webview. */
import { z } from 'zod';
import { argumentsObject } from './argumentsObject';
import type { JsonObject, JsonValue } from './json';

/** What was entered so far. */
export interface QuestionDraft {
  readonly content: JsonObject;
  /** Texts that cannot be read yet, such as half a number, by the pointer of their field. */
  readonly texts?: Readonly<Record<string, string>> | undefined;
}

interface QuestionBase {
  readonly id: string;
  /** Name of the server that asks: of a group, the member. One line. */
  readonly server: string;
  /** What the server says, as bounded text. */
  readonly message: string;
}

/** Asks for values. `schema`: of an object with a property for each. */
export interface FormQuestion extends QuestionBase {
  readonly mode: 'form';
  readonly schema: JsonValue;
  readonly draft?: QuestionDraft;
}

/** Asks to visit an address. */
export interface UrlQuestion extends QuestionBase {
  readonly mode: 'url';
  /** The address in full, in three parts, so that nobody mistakes another one for its host. */
  readonly address: { readonly before: string; readonly host: string; readonly after: string };
  /** What is odd about the address. */
  readonly warning?: string;
  readonly advice: string;
}

export type QuestionView = FormQuestion | UrlQuestion;

export type QuestionHostMessage =
  | {
      readonly type: 'questions';
      /** All that are open, the first one first. */
      readonly questions: readonly QuestionView[];
      /** Why the last one is gone, where nobody answered it. */
      readonly notice?: string;
    }
  /** What was sent cannot be the answer. `name`: the member that is wrong. */
  | {
      readonly type: 'questionRefused';
      readonly id: string;
      readonly problems: readonly { readonly name: string; readonly message: string }[];
    };

const id = z.string().min(1).max(64);

/** `stop`: no more questions of this server until it connects again. */
const ANSWERS = ['accept', 'decline', 'cancel', 'stop'] as const;

export type QuestionAction = (typeof ANSWERS)[number];

const answerMessage = z.object({
  type: z.literal('answer'),
  id,
  action: z.enum(ANSWERS),
  /** For an accepted form. */
  content: argumentsObject.optional(),
});
const draftMessage = z.object({
  type: z.literal('draft'),
  id,
  draft: z.object({
    content: argumentsObject,
    texts: z.record(z.string().max(1_000), z.string().max(100_000)).optional(),
  }),
});

export const questionMessages = [answerMessage, draftMessage] as const;

export type QuestionPanelMessage = z.infer<(typeof questionMessages)[number]>;
