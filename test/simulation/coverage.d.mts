import type { OrderStatus } from '../../src/domain/order.js';

export const orderStates: readonly OrderStatus[];
